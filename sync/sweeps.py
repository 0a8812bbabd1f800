"""Reads everybody anew at the end of a challenge: before it closes, after, and before it is final.

Nothing is read here: due times are brought forward and spread over the phase, a bounded batch per
transaction. ``Sweep`` remembers how far each phase is, so that it happens once, however many beats
there are, and goes on where a crash left it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from challenges.models import Challenge, Participant
from challenges.phases import LONGEST_TAIL, is_open
from sync import pulling
from sync.models import Sweep
from sync.sweep_phases import LEAD, Phase, phases_of

BATCH = 5000
LONGEST_AHEAD = LEAD + timedelta(days=2)


def sweep(*, now: datetime) -> int:
    """Go on with every phase that holds at ``now``; returns how many connections were moved."""
    ends = ((now - LONGEST_TAIL).date(), (now + LONGEST_AHEAD).date())
    soon = Q(ends_on__range=ends) | Q(open_until__gt=now)
    ending = Challenge.objects.filter(soon, published_at__isnull=False)
    return sum(
        _go_on(challenge.pk, phase, now)
        for challenge in ending.order_by("ends_on", "pk")
        if is_open(challenge, now)
        for phase in phases_of(challenge)
        if phase.holds(now)
    )


def _go_on(challenge_id: UUID, phase: Phase, now: datetime) -> int:
    row = Sweep(challenge_id=challenge_id, phase=phase.name, ends_at=phase.end, began_at=now)
    Sweep.objects.bulk_create([row], ignore_conflicts=True)
    moved = 0
    while (batch := _next_batch(challenge_id, phase, now)) is not None:
        moved += batch
    return moved


@transaction.atomic
def _next_batch(challenge_id: UUID, phase: Phase, now: datetime) -> int | None:
    """Move the next people's due times; None when all are done or somebody else is at it."""
    rows = Sweep.objects.select_for_update(skip_locked=True, no_key=True)
    row = rows.filter(
        challenge=challenge_id, phase=phase.name, ends_at=phase.end, done_at=None
    ).first()
    if row is None:
        return None
    people = _people_after(row.cursor, challenge_id)
    if people:
        row.cursor = people[-1][0]
    else:
        row.done_at = now
    row.save(update_fields=["cursor", "done_at"])
    person_ids = [person_id for _, person_id in people]
    return pulling.sweep(person_ids=person_ids, within=phase.end - now, now=now)


def _people_after(cursor: int, challenge_id: UUID) -> list[tuple[int, int]]:
    """The next participants (id, person) who still take part."""
    rows = Participant.objects.filter(challenge=challenge_id, left_at=None, pk__gt=cursor)
    return list(rows.order_by("pk").values_list("pk", "person_id")[:BATCH])
