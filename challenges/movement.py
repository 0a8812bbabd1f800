"""Remembers everybody's rank once a day, so that boards can say who rose and who fell.

The day is the organization's. What is remembered is the rank at the first look after its midnight.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from challenges import departments
from challenges.models import Challenge, Participant, Team
from challenges.open_challenges import open_challenges
from challenges.phases import State, state_of

RUNNING = {State.LIVE, State.CLOSING}
_PEOPLE = """
    UPDATE challenges_participant row SET rank_before = standing.rank
    FROM (
        SELECT id, rank() OVER (ORDER BY score DESC, tiebreak DESC) AS rank
        FROM challenges_participant
        WHERE challenge_id = %s AND left_at IS NULL AND NOT hidden
    ) standing
    WHERE row.id = standing.id AND row.rank_before IS DISTINCT FROM standing.rank
"""
_TEAMS = """
    UPDATE challenges_team row SET rank_before = standing.rank
    FROM (
        SELECT id, rank() OVER (ORDER BY score DESC, tiebreak DESC) AS rank
        FROM challenges_team WHERE challenge_id = %s
    ) standing
    WHERE row.id = standing.id AND row.rank_before IS DISTINCT FROM standing.rank
"""


def remember_all(*, now: datetime) -> int:
    """Remember ranks wherever a new day has begun; return in how many challenges."""
    running = [one for one in open_challenges(now) if state_of(one, now) in RUNNING]
    return sum(remember(challenge=one, now=now) for one in running)


@transaction.atomic
def remember(*, challenge: Challenge, now: datetime) -> bool:
    """Remember ranks unless that was done today; returns whether it was done now."""
    today = now.astimezone(ZoneInfo(challenge.organization.timezone)).date()
    stored = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
    if stored.ranked_on is not None and stored.ranked_on >= today:
        return False
    for rows in (Participant.objects.all(), Team.objects.all()):
        held = rows.select_for_update(no_key=True).filter(challenge=stored)
        list(held.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [stored.pk])
        cursor.execute(_TEAMS, [stored.pk])
    departments.remember_ranks(stored)
    stored.ranked_on = today
    stored.save(update_fields=["ranked_on"])
    return True
