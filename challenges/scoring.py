"""Keeps scores true to the merged days: a few days at a time, or everything again."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from challenges import corrections, rules, scored_days, totals
from challenges.chosen_days import widened
from challenges.models import Challenge, Participant, Team
from challenges.phases import State, is_open, state_of
from challenges.scored_days import NOTHING_KNOWN, Gain, KnownDays
from steps import kept_days
from users import binary
from users.binary import Question, Statement
from users.calendar import ONE_DAY
from users.plain_models import columns, instance

CHUNK = 500
_PARTICIPANT = columns(Participant)
_CHALLENGE = columns(Challenge)
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
    locked, known = _locked(person_id, dates)
    rows = [row for row in locked if _holds_any(row.challenge, dates)]
    playing = [row for row in rows if is_open(row.challenge, now)]
    if playing:
        gains = _rewrite(playing, dates, known)
        totals.settle_gains([row for row in playing if row.pk in gains], gains, now=now)
    over = [row for row in rows if state_of(row.challenge, now) is State.FINAL]
    if over:
        corrections.note(over, dates, now=now)


def _rewrite(
    playing: Sequence[Participant], dates: Collection[date], known: KnownDays
) -> dict[int, Gain]:
    """Score the days; where days begin with another midnight, neighbouring ones too."""
    gains: dict[int, Gain] = {}
    by_dates: dict[frozenset[date], list[Participant]] = {}
    for row in playing:
        by_dates.setdefault(frozenset(widened(row.challenge, dates)), []).append(row)
    for moved, rows in by_dates.items():
        gains |= scored_days.rewrite(rows, moved, known.of(rows, moved))
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


def _locked(person_id: int, dates: Collection[date]) -> tuple[list[Participant], KnownDays]:
    """Lock what the person takes part in; all else is read after the lock was granted.

    Read in one statement with the lock it could be older than an edit that was waited for.
    """
    near = sorted({day + n * ONE_DAY for day in dates for n in (-1, 0, 1)})
    rows = binary.rows(_LOCK, [person_id, near[0]])
    held = [instance(Participant, _PARTICIPANT, row) for row in rows]
    if not held:
        return [], NOTHING_KNOWN
    terms, scored, merged = binary.ask(
        Question(Statement(_TERMS, [[row.challenge_id for row in held]]), _challenges),
        scored_days.of_participants([row.pk for row in held], near),
        kept_days.of_person(person_id=person_id, dates=near),
    )
    for row in held:
        row.challenge = terms[row.challenge_id]
    return held, KnownDays(merged, scored)


def _challenges(rows: list[Any]) -> dict[UUID, Challenge]:
    return {row[0]: instance(Challenge, _CHALLENGE, row) for row in rows}


def _holds_any(challenge: Challenge, dates: Collection[date]) -> bool:
    return any(rules.in_window(day, challenge) for day in widened(challenge, dates))
