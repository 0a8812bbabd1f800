"""What failed for good: listed for an operator, who can have it tried again.

Nothing is copied here: each kind is read from the table that knows it, so that whatever succeeds
after all is off the list by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery

from integrations.models import ConnectionStatus
from sync import dispatch, outcomes
from sync.models import Export, Run, Schedule
from sync.webhooks import inbox

OUR_ERROR = "our_error_retrying"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Something given up. ``subject`` is the id to replay it by; ``reason`` holds nothing personal.

    ``since`` is when it was given up or last tried.
    """

    kind: str
    subject: str
    provider: str
    reason: str
    attempts: int
    since: datetime | None


class UnknownLetter(Exception):
    """There is no dead letter of this kind with this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """``found`` lists up to so many, ``count`` them all, ``replay`` says whether it was there."""

    found: Callable[[int], list[DeadLetter]]
    count: Callable[[], int]
    replay: Callable[[str, datetime], bool]


def listed(*, limit: int) -> list[DeadLetter]:
    """Return up to ``limit`` of each kind."""
    return [letter for kind in KINDS.values() for letter in kind.found(limit)]


def counts() -> dict[str, int]:
    """Return how many there are of each kind."""
    return {name: kind.count() for name, kind in KINDS.items()}


def replay(*, kind: str, subject: str, now: datetime) -> None:
    """Have one tried again soon; raises ``UnknownLetter``."""
    if kind not in KINDS or not KINDS[kind].replay(subject, now):
        raise UnknownLetter(f"{kind} {subject}")


def replay_all(*, kind: str, now: datetime) -> int:
    """Have all of a kind tried again, a thousand at most; returns how many."""
    found = KINDS[kind].found(1000)
    return sum(KINDS[kind].replay(letter.subject, now) for letter in found)


def _crashing() -> QuerySet[Schedule]:
    """Connections whose runs end in an error of ours, again and again."""
    last = Run.objects.filter(connection=OuterRef("pk"), finished_at__isnull=False)
    newest = last.order_by("-requested_at").values("cause")[:1]
    rows = Schedule.objects.filter(failures__gte=outcomes.HOPELESS).annotate(cause=Subquery(newest))
    return rows.filter(cause=OUR_ERROR, connection__status=ConnectionStatus.ACTIVE)


def _crashed_runs(limit: int) -> list[DeadLetter]:
    rows = _crashing().select_related("connection").order_by("pk")[:limit]
    return [_crashed_run(row) for row in rows]


def _crashed_run(row: Schedule) -> DeadLetter:
    last = Run.objects.filter(connection=row.pk, finished_at__isnull=False)
    run = last.order_by("-requested_at").first()
    return DeadLetter(
        kind="run",
        subject=str(row.pk),
        provider=row.connection.provider,
        reason=run.detail if run else "",
        attempts=row.failures,
        since=run.finished_at if run else None,
    )


def _replay_run(subject: str, now: datetime) -> bool:
    try:
        rows = _crashing().filter(pk=UUID(subject))
    except ValueError:
        return False
    found = rows.values_list("pk", flat=True)
    again = Schedule.objects.filter(pk__in=list(found))
    return again.update(next_sync_at=now, lease_until=None, failures=0) > 0


def _failed_exports(limit: int) -> list[DeadLetter]:
    rows = Export.objects.filter(state=Export.State.FAILED).order_by("-finished_at")[:limit]
    return [
        DeadLetter(
            kind="export",
            subject=str(row.pk),
            provider="",
            reason=f"given up after {row.attempts} attempts",
            attempts=row.attempts,
            since=row.finished_at,
        )
        for row in rows
    ]


def _replay_export(subject: str, now: datetime) -> bool:
    """Open it again, unless the person has asked anew in the meantime."""
    try:
        export_id = UUID(subject)
    except ValueError:
        return False
    failed = Export.objects.filter(pk=export_id, state=Export.State.FAILED)
    fresh = {"attempts": 0, "attempted_at": None, "finished_at": None, "created_at": now}
    try:
        with transaction.atomic():
            reopened = failed.update(state=Export.State.RUNNING, **fresh) > 0
    except IntegrityError:
        return failed.delete()[0] > 0
    if reopened:
        dispatch.make_export(export_id=export_id)
    return reopened


def _dead_notices(limit: int) -> list[DeadLetter]:
    return [
        DeadLetter(
            kind="webhook",
            subject=str(row.pk),
            provider=row.connection.provider,
            reason=row.reason,
            attempts=row.attempts,
            since=row.finished_at or row.received_at,
        )
        for row in inbox.dead()[:limit]
    ]


def _replay_notice(subject: str, now: datetime) -> bool:
    if not (subject.isascii() and subject.isdecimal() and len(subject) < 19):
        return False
    return inbox.revive(inbox.dead().filter(pk=int(subject)), now=now) > 0


KINDS = {
    "run": _Kind(found=_crashed_runs, count=lambda: _crashing().count(), replay=_replay_run),
    "export": _Kind(
        found=_failed_exports,
        count=lambda: Export.objects.filter(state=Export.State.FAILED).count(),
        replay=_replay_export,
    ),
    "webhook": _Kind(
        found=_dead_notices, count=lambda: inbox.dead().count(), replay=_replay_notice
    ),
}
