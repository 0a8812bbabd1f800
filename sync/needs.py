"""What the challenges a person takes part in need to know."""

from datetime import date, datetime

from challenges.models import Participant
from challenges.phases import is_open


def first_day_needed(*, person_id: int, now: datetime) -> date | None:
    """Return the first local day of the person's challenges that still count days, or None."""
    rows = Participant.objects.filter(
        person=person_id, left_at=None, challenge__published_at__isnull=False
    ).select_related("challenge")
    starts = [row.challenge.starts_on for row in rows if is_open(row.challenge, now)]
    return min(starts, default=None)
