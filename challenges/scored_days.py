"""Turns merged days into scored days, for participants whose rows the caller has locked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from challenges import rules
from challenges.models import Participant, ScoredDay
from steps.models import Day

Where = tuple[int, date]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a local day gives: steps as merged, and how many of them count."""

    steps: int
    counted: int


def rewrite(participants: Sequence[Participant], dates: Collection[date] | None) -> set[int]:
    """Make the scored days of ``dates`` (None: of the whole window) follow from the merged days.

    Writes only what differs and returns the ids of the participants it wrote for.
    """
    wanted = worths(participants, dates)
    stored = kept(participants, dates)
    differing = {where: worth for where, worth in wanted.items() if stored.get(where) != worth}
    gone = stored.keys() - wanted.keys()
    _store(differing)
    _delete(gone)
    return {participant_id for participant_id, _ in differing.keys() | gone}


def worths(
    participants: Sequence[Participant], dates: Collection[date] | None
) -> dict[Where, Worth]:
    """Return what every known day in the window is worth to each participant."""
    numbers = _numbers(participants, dates)
    found: dict[Where, Worth] = {}
    for participant in participants:
        terms = participant.challenge
        for day, (steps, with_manual) in numbers.get(participant.person_id, {}).items():
            number = with_manual if rules.counts_manual(terms) else steps
            if number is not None and rules.in_window(day, terms):
                worth = Worth(number, rules.counted(number, terms.daily_cap))
                found[participant.pk, day] = worth
    return found


Numbers = dict[int, dict[date, tuple[int | None, int | None]]]


def _numbers(participants: Sequence[Participant], dates: Collection[date] | None) -> Numbers:
    """Return the merged days by person and date; one query."""
    if not participants:
        return {}
    days = Day.objects.filter(person_id__in={participant.person_id for participant in participants})
    if dates is None:
        first = min(participant.challenge.starts_on for participant in participants)
        last = max(participant.challenge.ends_on for participant in participants)
        days = days.filter(date__range=(first, last))
    else:
        days = days.filter(date__in=dates)
    numbers: Numbers = {}
    for person, day, steps, with_manual in days.values_list(
        "person_id", "date", "steps", "steps_with_manual"
    ):
        numbers.setdefault(person, {})[day] = (steps, with_manual)
    return numbers


def kept(participants: Sequence[Participant], dates: Collection[date] | None) -> dict[Where, Worth]:
    rows = ScoredDay.objects.filter(participant__in=participants)
    if dates is not None:
        rows = rows.filter(date__in=dates)
    values = rows.values_list("participant_id", "date", "steps", "counted")
    return {(who, day): Worth(steps, counted) for who, day, steps, counted in values}


def _store(worths_by_place: dict[Where, Worth]) -> None:
    ScoredDay.objects.bulk_create(
        [
            ScoredDay(participant_id=who, date=day, steps=worth.steps, counted=worth.counted)
            for (who, day), worth in worths_by_place.items()
        ],
        update_conflicts=True,
        unique_fields=["participant", "date"],
        update_fields=["steps", "counted"],
    )


def _delete(places: Collection[Where]) -> None:
    if places:
        gone = {day for _, day in places}
        rows = ScoredDay.objects.filter(participant__in={who for who, _ in places}, date__in=gone)
        pks = [row.pk for row in rows if (row.participant_id, row.date) in places]
        ScoredDay.objects.filter(pk__in=pks).delete()
