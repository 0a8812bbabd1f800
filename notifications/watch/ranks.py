"""Ranks of everybody in a challenge as they stand in PostgreSQL."""

from typing import NamedTuple
from uuid import UUID

from django.db import connection


class Place(NamedTuple):
    """A shared rank, and the participant directly above, if anybody shows themselves there."""

    rank: int
    above: int | None


_RANKS = """
    SELECT id, rank() OVER best, lag(id) OVER best_in_order
    FROM challenges_participant
    WHERE challenge_id = %s AND left_at IS NULL AND NOT hidden
    WINDOW best AS (ORDER BY score DESC, tiebreak DESC),
           best_in_order AS (ORDER BY score DESC, tiebreak DESC, id)
"""


def places(challenge_id: UUID) -> dict[int, Place]:
    """Return the place of every visible participant by id; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_RANKS, [challenge_id])
        return {pk: Place(rank, above) for pk, rank, above in cursor.fetchall()}
