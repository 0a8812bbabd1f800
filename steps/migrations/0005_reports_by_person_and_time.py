"""Reports are found by person and time; the new index is there before the old ones go."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def _drop(index: str, column: str) -> migrations.RunSQL:
    """Django would drop the index of a field while nobody else may read the table."""
    return migrations.RunSQL(
        f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON steps_report ({column})",
    )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("steps", "0004_facts_without_checked_references")]

    operations = [
        AddIndexConcurrently(
            model_name="report",
            index=models.Index(fields=["person", "received_at"], name="report_person_received"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                _drop("steps_report_person_id_0ea726da", "person_id"),
                _drop("steps_report_connection_id_1b4b1ddb", "connection_id"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="report",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="report", name="connection_id", field=models.UUIDField()
                ),
            ],
        ),
    ]
