"""Freezes what a challenge came to, and opens it again when staff say why."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Max, Q, Sum

from challenges import audit, choosing, departments, rounds
from challenges.entrants import PEOPLE, TEAMS
from challenges.fingerprint import Line, fingerprint
from challenges.kind_registry import kind_of
from challenges.models import Challenge, Correction, Participant, Result, ResultLine, Team
from challenges.open_challenges import to_be_frozen
from challenges.phases import State, state_of
from challenges.plan_rules import PlanInvalid
from challenges.scoring import rescore
from users.models import User

MOST_HOURS = 72
AT_ONCE = 2000


class _Standing(NamedTuple):
    member: str
    score: int
    tiebreak: int
    steps: int
    members: int
    hidden: bool = False
    name: str = ""


def finalise_due(*, now: datetime) -> int:
    """Freeze every challenge whose time is over; return how many were frozen now."""
    return sum(finalise(challenge=one, now=now) is not None for one in to_be_frozen(now))


@transaction.atomic
def finalise(*, challenge: Challenge, now: datetime) -> Result | None:
    """Freeze the standings, or return None when it is not time yet or was done before.

    Holds the challenge and everybody in it: whoever is storing steps is waited for, whoever comes
    later finds the challenge final.
    """
    stored = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
    if stored.frozen_at is not None or state_of(stored, now) is not State.FINAL:
        return None
    waiting = choosing.hold_heard(stored, now)
    everybody = Participant.objects.select_for_update(no_key=True).filter(challenge=stored)
    list(everybody.order_by("pk").values_list("pk", flat=True))
    choosing.settle(stored, waiting, now)
    if kind_of(stored.kind).paired:
        rounds.advance(challenge=stored, now=now)
    result = _store(stored, now)
    stored.frozen_at = now
    stored.save(update_fields=["frozen_at"])
    after = {"edition": result.edition, "fingerprint": result.fingerprint}
    audit.note(stored, "finalised", actor=None, now=now, after=after)
    return result


@transaction.atomic
def reopen(
    *, challenge: Challenge, reason: str, hours: int, now: datetime, actor: User | None
) -> Challenge:
    """Let late steps count again for ``hours``, then freeze anew; the old result is kept.

    Raises ``PlanInvalid``: ``reason`` (none given), ``hours`` (not 1 to 72), ``state`` (the result
    is not frozen).
    """
    stored = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
    _refuse_reopening(stored, reason, hours)
    before = current(stored)
    Result.objects.filter(challenge=stored, superseded_at=None).update(superseded_at=now)
    Correction.objects.filter(participant__challenge=stored).delete()
    stored.frozen_at, stored.open_until = None, now + timedelta(hours=hours)
    stored.save(update_fields=["frozen_at", "open_until"])
    rescore(challenge_id=stored.pk, now=now)
    audit.note(
        stored,
        "reopened",
        actor=actor,
        now=now,
        before={"edition": before.edition, "fingerprint": before.fingerprint} if before else None,
        after={"open_until": stored.open_until},
        reason=reason,
    )
    return stored


def current(challenge: Challenge) -> Result | None:
    """Return the result that holds, None while there is none."""
    return Result.objects.filter(challenge=challenge, superseded_at=None).first()


def agrees(result: Result) -> bool:
    """Return whether the stored lines still give the stored fingerprint."""
    lines = map(as_line, result.lines.order_by("board", "place"))
    return fingerprint(str(result.challenge_id), result.edition, lines) == result.fingerprint


def _refuse_reopening(challenge: Challenge, reason: str, hours: int) -> None:
    errors: dict[str, list[str]] = {}
    if challenge.frozen_at is None:
        errors["state"] = ["Only a challenge whose result is frozen can be opened again."]
    if not reason.strip():
        errors["reason"] = ["Say why; it is kept with the result."]
    if not 1 <= hours <= MOST_HOURS:
        errors["hours"] = [f"Choose 1 to {MOST_HOURS} hours."]
    if errors:
        raise PlanInvalid(errors)


def _store(challenge: Challenge, now: datetime) -> Result:
    earlier = Result.objects.filter(challenge=challenge).aggregate(last=Max("edition"))["last"]
    result = Result(challenge=challenge, edition=(earlier or 0) + 1, frozen_at=now)
    lines = [line for board in _boards(challenge) for line in _lines(result, *board)]
    result.fingerprint = fingerprint(str(challenge.pk), result.edition, map(as_line, lines))
    result.save()
    ResultLine.objects.bulk_create(lines, batch_size=AT_ONCE)
    return result


def as_line(row: ResultLine) -> Line:
    """Return a stored line as it goes into the fingerprint."""
    return Line(*(getattr(row, field) for field in Line._fields))


def _boards(challenge: Challenge) -> Iterator[tuple[str, list[_Standing]]]:
    yield PEOPLE.name, list(_people(challenge))
    yield TEAMS.name, list(_teams(challenge))
    yield (
        departments.NAME,
        [
            _Standing(row.member, row.score, row.tiebreak, row.steps, row.members, name=row.name)
            for row in departments.rows(challenge)
        ],
    )


def _people(challenge: Challenge) -> Iterator[_Standing]:
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    rows = rows.order_by("-score", "-tiebreak", "pk")
    columns = ("pk", "score", "tiebreak", "steps", "hidden")
    for pk, score, tie, steps, hidden in rows.values_list(*columns):
        yield _Standing(PEOPLE.member(pk), score, tie, steps, members=1, hidden=hidden)


def _teams(challenge: Challenge) -> Iterator[_Standing]:
    active = Q(members__isnull=False, members__left_at=None)
    rows: Any = Team.objects.filter(challenge=challenge).annotate(
        walked=Sum("members__steps", filter=active), size=Count("members", filter=active)
    )
    columns = ("pk", "score", "tiebreak", "walked", "size", "name")
    best_first = rows.order_by("-score", "-tiebreak", "pk").values_list(*columns)
    for pk, score, tie, steps, size, name in best_first:
        yield _Standing(TEAMS.member(pk), score, tie, int(steps or 0), size, name=name)


def _lines(result: Result, board: str, standings: list[_Standing]) -> Iterator[ResultLine]:
    """Give places and ranks; who is hidden takes no rank away from those who are shown."""
    shown_before = place = 0
    for _, equal in groupby(standings, key=lambda row: (row.score, row.tiebreak)):
        rank, shown = shown_before + 1, 0
        for row in equal:
            place += 1
            shown += not row.hidden
            yield ResultLine(
                result=result,
                board=board,
                place=place,
                rank=rank,
                seal=secrets.token_hex(16),
                **row._asdict(),
            )
        shown_before += shown
