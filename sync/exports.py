"""Exports from asking to downloading: joined while open, made by a worker, kept for a week.

The row is the lock of the worker that makes it, the message only a hint: a crash lets go of the
lock with nothing written, and the export is tried again.
"""

import uuid
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from sync import dispatch, export
from sync.models import Export, ExportPart
from users.models import User
from users.presence import hold_or_refuse
from users.problems import ProblemError

KEEP = timedelta(days=7)
MOST_A_DAY = 10
MOST_ATTEMPTS = 3
FIRST_PATIENCE = timedelta(seconds=20)
PATIENCE = timedelta(minutes=2)
PART_BYTES = 1024 * 1024


@transaction.atomic
def ask(*, person: User, now: datetime) -> Export:
    """Join the person's open export or open one; a worker is woken after commit.

    Raises ``ProblemError``: 429 after ten within a day, 401 when the person was erased meanwhile.
    """
    hold_or_refuse(person.pk)
    own = Export.objects.filter(person=person)
    found = own.filter(state=Export.State.RUNNING).first()
    if found is None:
        _refuse_too_many(own.filter(created_at__gt=now - timedelta(days=1)), now)
        found = Export.objects.create(person=person, created_at=now)
        dispatch.export_after_commit(export_id=found.pk)
    return found


def _refuse_too_many(recent: QuerySet[Export], now: datetime) -> None:
    made = list(recent.order_by("created_at").values_list("created_at", flat=True))
    if len(made) >= MOST_A_DAY:
        again = made[-MOST_A_DAY] + timedelta(days=1) - now
        raise ProblemError(
            429,
            "too_many_exports",
            f"{MOST_A_DAY} exports can be asked for within a day; the ones made are kept a week.",
            headers={"Retry-After": str(int(again.total_seconds()) + 1)},
        )


def make(*, export_id: uuid.UUID, clock: Callable[[], datetime]) -> bool:
    """Make an open export; False when there was nothing to do or it was given up."""
    return _begin(export_id, clock()) and _build(export_id, clock)


@transaction.atomic
def _begin(export_id: uuid.UUID, now: datetime) -> bool:
    """Count the attempt durably, so that an export no worker survives is given up."""
    row = _unlocked(Q(pk=export_id)).first()
    if row is None:
        return False
    if row.attempts >= MOST_ATTEMPTS:
        row.state, row.finished_at = Export.State.FAILED, now
    else:
        row.attempts, row.attempted_at = row.attempts + 1, now
    row.save()
    return row.state == Export.State.RUNNING


@transaction.atomic
def _build(export_id: uuid.UUID, clock: Callable[[], datetime]) -> bool:
    row = _unlocked(Q(pk=export_id)).first()
    if row is None:
        return False
    pieces = export.document(row.person, now=clock())
    for number, part in enumerate(export.packed(pieces, PART_BYTES)):
        row.size += len(part)
        ExportPart.objects.create(export=row, number=number, content=zlib.compress(part))
    row.state, row.finished_at = Export.State.DONE, clock()
    row.save()
    return True


@transaction.atomic
def forgotten(*, now: datetime) -> list[uuid.UUID]:
    """Return open exports nobody works on: the message was lost, or the worker."""
    never_begun = Q(attempted_at=None, created_at__lt=now - FIRST_PATIENCE)
    begun = Q(attempted_at__lt=now - PATIENCE)
    return list(_unlocked(never_begun | begun).order_by("created_at").values_list("pk", flat=True))


def _unlocked(which: Q) -> QuerySet[Export]:
    """Open exports that no worker is making at this moment, locked from here on."""
    rows = Export.objects.select_for_update(skip_locked=True)
    return rows.filter(which, state=Export.State.RUNNING)


def find(*, person: User, export_id: uuid.UUID, now: datetime) -> Export | None:
    """Return the person's own export, unless its week is over."""
    kept = Q(finished_at=None) | Q(finished_at__gt=now - KEEP)
    return Export.objects.filter(kept, person=person, pk=export_id).first()


def drop_old(*, now: datetime) -> None:
    """Delete the exports whose week is over."""
    Export.objects.filter(finished_at__lte=now - KEEP).delete()


def content(found: Export) -> Iterator[bytes]:
    """Yield the document of a finished export; raises ``DoesNotExist`` if it is erased meanwhile.

    One part is read at a time, so that neither memory nor a cursor is held for a slow reader.
    """
    numbers = ExportPart.objects.filter(export=found).order_by("number")
    for number in list(numbers.values_list("number", flat=True)):
        yield zlib.decompress(ExportPart.objects.get(export=found, number=number).content)
