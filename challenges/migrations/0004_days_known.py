"""Counts the known days of participants who were scored before that was kept."""

from django.db import migrations

COUNT = """
    UPDATE challenges_participant row SET days_known = known.days
    FROM (
        SELECT participant_id, count(*) AS days FROM challenges_scoredday GROUP BY participant_id
    ) known
    WHERE row.id = known.participant_id AND row.days_known <> known.days
"""


class Migration(migrations.Migration):

    dependencies = [("challenges", "0003_participant_place")]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
