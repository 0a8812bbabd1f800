"""Repeats on participations whether their person wants to appear on boards.

The wish lives on the person, in the users room, which knows nothing of challenges. ``apply`` is
for whoever changes it; ``reconcile`` finds what was changed without telling.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from challenges import totals
from challenges.models import Participant
from users.models import User, Visibility

AT_ONCE = 1000


@transaction.atomic
def apply(*, person_id: int, now: datetime) -> int:
    """Show or hide the person on all their boards as they wish; return how many changed.

    Holds the person's row meanwhile. Final challenges follow too: a result keeps its ranks among
    those who show themselves. Raises ``User.DoesNotExist``.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person_id)
    hidden = person.leaderboard_visibility == Visibility.HIDDEN
    rows = Participant.objects.select_for_update(no_key=True).filter(
        person=person, hidden=not hidden
    )
    changed = list(rows.order_by("pk"))
    for row in changed:
        row.hidden = hidden
    Participant.objects.bulk_update(changed, ["hidden"])
    totals.announce(changed, now=now)
    return len(changed)


def reconcile(*, now: datetime) -> int:
    """Apply the wishes of people (1,000 at most) whose participations differ; return how many."""
    wants_hiding = Q(person__leaderboard_visibility=Visibility.HIDDEN)
    differing = Q(hidden=True) & ~wants_hiding | Q(hidden=False) & wants_hiding
    people = Participant.objects.filter(differing).values_list("person_id", flat=True).distinct()
    found = list(people[:AT_ONCE])
    for person_id in found:
        apply(person_id=person_id, now=now)
    return len(found)
