"""Turns what is known of days into scored days, for participants whose rows are locked."""

from collections.abc import Collection, Sequence
from datetime import date

from challenges import rules
from challenges.day_inputs import day_inputs
from challenges.models import Participant, ScoredDay
from challenges.worth import Worth, counts_on, worth

Where = tuple[int, date]


def rewrite(participants: Sequence[Participant], dates: Collection[date] | None) -> set[int]:
    """Make the scored days of ``dates`` (None: of the whole window) follow from what is known.

    Writes only what differs and returns the ids of the participants it wrote for.
    """
    wanted = worths(participants, dates)
    stored = kept(participants, dates)
    differing = {where: found for where, found in wanted.items() if stored.get(where) != found}
    gone = stored.keys() - wanted.keys()
    _store(differing)
    _delete(gone)
    return {participant_id for participant_id, _ in differing.keys() | gone}


def worths(
    participants: Sequence[Participant], dates: Collection[date] | None
) -> dict[Where, Worth]:
    """Return what every known day in the window is worth to each participant."""
    given = day_inputs(participants, dates)
    found: dict[Where, Worth] = {}
    for participant in participants:
        terms = participant.challenge
        for day, known in given.get(participant.pk, {}).items():
            counting = counts_on(day, participant.counts_from)
            value = worth(known, terms, counting=counting)
            if value is not None and rules.in_window(day, terms):
                found[participant.pk, day] = value
    return found


def kept(participants: Sequence[Participant], dates: Collection[date] | None) -> dict[Where, Worth]:
    """Return the scored days that are stored."""
    rows = ScoredDay.objects.filter(participant__in=participants)
    if dates is not None:
        rows = rows.filter(date__in=dates)
    columns = ("participant_id", "date", "steps", "counted", "typed", "converted")
    return {(who, day): Worth(*numbers) for who, day, *numbers in rows.values_list(*columns)}


def _store(worths_by_place: dict[Where, Worth]) -> None:
    ScoredDay.objects.bulk_create(
        [
            ScoredDay(
                participant_id=who,
                date=day,
                steps=value.steps,
                counted=value.counted,
                typed=value.typed,
                converted=value.converted,
            )
            for (who, day), value in worths_by_place.items()
        ],
        update_conflicts=True,
        unique_fields=["participant", "date"],
        update_fields=["steps", "counted", "typed", "converted"],
    )


def _delete(places: Collection[Where]) -> None:
    if places:
        gone = {day for _, day in places}
        rows = ScoredDay.objects.filter(participant__in={who for who, _ in places}, date__in=gone)
        pks = [row.pk for row in rows if (row.participant_id, row.date) in places]
        ScoredDay.objects.filter(pk__in=pks).delete()
