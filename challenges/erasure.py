"""What becomes of a person's participations when they have themselves erased."""

from datetime import datetime

from django.db import transaction

from challenges import totals
from challenges.models import Participant, ScoredDay
from challenges.phases import is_open


@transaction.atomic
def erase_person(*, person_id: int, now: datetime) -> None:
    """Erase every scored day of the person and take them out of what is not final.

    Final results keep the sum, for the sake of the others' ranks; whatever name the person's row
    then bears is shown with it.
    """
    locked = Participant.objects.select_for_update(no_key=True, of=("self",))
    rows = list(locked.filter(person_id=person_id).select_related("challenge").order_by("pk"))
    ScoredDay.objects.filter(participant__in=rows).delete()
    running = [row for row in rows if is_open(row.challenge, now)]
    for row in running:
        row.left_at = row.left_at or now
    Participant.objects.bulk_update(running, ["left_at"])
    totals.settle(running, now=now, membership_changed=True)
