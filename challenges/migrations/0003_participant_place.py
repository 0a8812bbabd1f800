"""Boards are read by score and tie-breaker; the new index is there before the old one goes."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("challenges", "0002_kinds_teams_results")]

    operations = [
        AddIndexConcurrently(
            model_name="participant",
            index=models.Index(
                condition=models.Q(("hidden", False), ("left_at__isnull", True)),
                fields=["challenge", "-score", "-tiebreak", "id"],
                name="participant_place",
            ),
        ),
        RemoveIndexConcurrently(model_name="participant", name="participant_standing"),
    ]
