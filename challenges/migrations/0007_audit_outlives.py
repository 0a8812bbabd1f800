"""The trail of a deleted draft stays with its organization."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("challenges", "0006_team_invite")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="challenge",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="audit",
                to="challenges.challenge",
            ),
        ),
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(fields=["organization", "-at"], name="audit_of_organization"),
        ),
    ]
