"""What comes too late for a result: noted beside it, changing nothing in it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from challenges import scored_days
from challenges.models import Correction, Participant


def note(participants: Sequence[Participant], dates: Collection[date], *, now: datetime) -> None:
    """Compare days of participants in final challenges with what was frozen.

    A day that differs is noted with what it would count now; one that agrees again is struck off.
    """
    worths, kept = scored_days.worths(participants, dates), scored_days.kept(participants, dates)
    agreeing: list[scored_days.Where] = []
    differing: list[Correction] = []
    for who, day in {(row.pk, day) for row in participants for day in dates}:
        before, after = kept.get((who, day)), worths.get((who, day))
        frozen, counted = (value.counted if value else None for value in (before, after))
        if frozen == counted:
            agreeing.append((who, day))
        else:
            differing.append(
                Correction(participant_id=who, date=day, frozen=frozen, counted=counted, at=now)
            )
    _store(differing)
    _strike(agreeing)


def _store(found: list[Correction]) -> None:
    Correction.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["participant", "date"],
        update_fields=["frozen", "counted", "at"],
    )


def _strike(places: list[scored_days.Where]) -> None:
    rows = Correction.objects.filter(participant__in={who for who, _ in places})
    gone = [row.pk for row in rows if (row.participant_id, row.date) in set(places)]
    Correction.objects.filter(pk__in=gone).delete()
