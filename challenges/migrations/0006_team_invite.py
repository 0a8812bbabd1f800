"""Invitations are looked up by anybody who opens one."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("challenges", "0005_argued")]

    operations = [
        AddIndexConcurrently(
            model_name="team",
            index=models.Index(fields=["invite"], name="team_invite"),
        ),
    ]
