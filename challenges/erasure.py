"""What becomes of a person's participations when they have themselves erased."""

from datetime import datetime

from django.db import transaction

from challenges import totals
from challenges.models import Activity, Correction, Participant, ScoredDay, TeamStay
from challenges.phases import is_open
from challenges.team_moves import hand_over


@transaction.atomic
def erase_person(*, person_id: int, now: datetime) -> None:
    """Erase every day and activity of the person and take them out of what is not final.

    Final results keep the sum, for the sake of the others' ranks; whatever name the person's row
    then bears is shown with it.
    """
    locked = Participant.objects.select_for_update(no_key=True, of=("self",))
    rows = list(
        locked.filter(person_id=person_id).select_related("challenge", "team").order_by("pk")
    )
    ScoredDay.objects.filter(participant__in=rows).delete()
    Correction.objects.filter(participant__in=rows).delete()
    Activity.objects.filter(person_id=person_id).delete()
    running = [row for row in rows if is_open(row.challenge, now)]
    for row in running:
        row.left_at = row.left_at or now
        hand_over(row, row.team)
    Participant.objects.bulk_update(running, ["left_at"])
    totals.settle(running, now=now, membership_changed=True)
    TeamStay.objects.filter(participant__in=rows).delete()
