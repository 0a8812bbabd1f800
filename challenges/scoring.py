"""Keeps scores true to the merged days: a few days at a time, or everything again."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from challenges import corrections, rules, scored_days, totals
from challenges.chosen_days import widened
from challenges.models import Challenge, Participant, Team
from challenges.phases import State, is_open, state_of
from challenges.scored_days import Gain
from users import binary
from users.calendar import ONE_DAY

CHUNK = 500
_PARTICIPANT = [
    "id", "challenge_id", "person_id", "team_id", "joined_at", "left_at", "counts_from",
    "team_since", "hidden", "score", "tiebreak", "steps", "days_known", "rounds_won", "version",
    "rank_before",
]  # fmt: skip
_CHALLENGE = [
    "id", "organization_id", "name", "description", "kind", "settings", "starts_on", "ends_on",
    "grace_hours", "daily_cap", "manual_policy", "manual_limit", "minimum_day", "zone_rule",
    "providers", "late_joiners", "conversions", "team_rules", "created_at", "published_at",
    "open_until", "frozen_at", "ranked_on",
]  # fmt: skip
_LOCK = f"""
    SELECT {", ".join(f"participant.{name}" for name in _PARTICIPANT)}
    FROM challenges_participant participant
    JOIN challenges_challenge challenge ON challenge.id = participant.challenge_id
    WHERE participant.person_id = %s AND participant.left_at IS NULL
      AND challenge.published_at IS NOT NULL AND challenge.ends_on >= %s
    ORDER BY participant.id
    FOR NO KEY UPDATE OF participant
"""  # noqa: S608 - the columns above
_TERMS = f"""
    SELECT {", ".join(_CHALLENGE)} FROM challenges_challenge WHERE id = ANY(%s)
"""  # noqa: S608 - the columns above


def record_days(*, person_id: int, dates: Collection[date], now: datetime) -> None:
    """Score anew the local days ``dates`` of a person in every challenge that they count in.

    Call it in the transaction that changed the days, once, while that transaction holds the
    person's row (``steps.ledger.record`` takes it): someone who joins waits for that row, so
    neither misses the other. Challenges that are drafts, left or do not hold any of the dates stay
    as they are; in final ones the change is noted beside the result. The boards hear of it after
    commit.
    """
    if not dates:
        return
    rows = [row for row in _locked(person_id, dates) if _holds_any(row.challenge, dates)]
    playing = [row for row in rows if is_open(row.challenge, now)]
    if playing:
        gains = _rewrite(playing, dates)
        totals.settle_gains([row for row in playing if row.pk in gains], gains, now=now)
    over = [row for row in rows if state_of(row.challenge, now) is State.FINAL]
    if over:
        corrections.note(over, dates, now=now)


def _rewrite(playing: Sequence[Participant], dates: Collection[date]) -> dict[int, Gain]:
    """Score the days; where days begin with another midnight, neighbouring ones too."""
    gains: dict[int, Gain] = {}
    by_dates: dict[frozenset[date], list[Participant]] = {}
    for row in playing:
        by_dates.setdefault(frozenset(widened(row.challenge, dates)), []).append(row)
    for moved, rows in by_dates.items():
        gains |= scored_days.rewrite(rows, moved)
    return gains


def rescore(
    *, challenge_id: UUID, now: datetime, progress: Callable[[int], None] | None = None
) -> int:
    """Make all standings of a challenge anew; return the number of participants.

    From the merged days while the challenge is open; in a final one people keep their scores,
    which are its result, and only the teams are summed again. Outside a transaction each step
    commits by itself; ``progress`` hears how many participants are done. Raises
    ``Challenge.DoesNotExist``.
    """
    challenge = Challenge.objects.get(pk=challenge_id)
    ids = _ids(challenge) if is_open(challenge, now) else []
    for start in range(0, len(ids), CHUNK):
        _rescore_some(ids[start : start + CHUNK], now)
        if progress is not None:
            progress(min(start + CHUNK, len(ids)))
    _resum_teams(challenge, now)
    return len(ids)


def _ids(challenge: Challenge) -> list[int]:
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _rescore_some(ids: Sequence[int], now: datetime) -> None:
    locked = Participant.objects.select_for_update(no_key=True).filter(pk__in=ids, left_at=None)
    rows = list(locked.order_by("pk").prefetch_related("challenge__organization", "person"))
    scored_days.rewrite(rows, None)
    totals.settle_people(rows, now=now)


@transaction.atomic
def _resum_teams(challenge: Challenge, now: datetime) -> None:
    teams = Team.objects.filter(challenge=challenge).values_list("pk", flat=True)
    totals.settle_teams(list(teams), now=now)


def _locked(person_id: int, dates: Collection[date]) -> list[Participant]:
    """Lock what the person takes part in; the challenges are read after the lock was granted.

    Read together with the lock they could be older than an edit that was waited for.
    """
    first = min(dates) - ONE_DAY
    rows = binary.rows(_LOCK, [person_id, first])
    participants = [Participant.from_db("default", _PARTICIPANT, row) for row in rows]
    if participants:
        found = binary.rows(_TERMS, [[row.challenge_id for row in participants]])
        terms = [Challenge.from_db("default", _CHALLENGE, row) for row in found]
        by_id = {challenge.pk: challenge for challenge in terms}
        for row in participants:
            row.challenge = by_id[row.challenge_id]
    return participants


def _holds_any(challenge: Challenge, dates: Collection[date]) -> bool:
    return any(rules.in_window(day, challenge) for day in widened(challenge, dates))
