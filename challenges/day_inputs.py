"""Gathers what is known of participants' days, as each challenge wants to see them.

Most challenges take the merged days as they are. Where only some providers count, or where days
begin with the organization's midnight, the days are worked out again (``challenges.chosen_days``).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from challenges import chosen_days
from challenges.conversions import converted
from challenges.models import Activity, Participant
from challenges.worth import DayInput
from steps.kept_days import Kept
from steps.models import Day

ByDate = dict[date, DayInput]


def day_inputs(
    participants: Sequence[Participant],
    dates: Collection[date] | None,
    days: Mapping[date, Kept] | None = None,
) -> dict[int, ByDate]:
    """Return what is known by participant id and date; ``dates`` None is the whole window.

    ``days`` are the merged days, where all are of one person and the caller has read them.
    """
    if not participants:
        return {}
    plain = [row for row in participants if not chosen_days.needs_choice(row.challenge)]
    merged = _merged(plain, dates) if days is None else _as_read(plain, days)
    found = {row.pk: merged.get(row.person_id, {}) for row in plain}
    for row in participants:
        if row.pk not in found:
            found[row.pk] = chosen_days.chosen(row, dates)
    _add_activities([row for row in participants if row.challenge.conversions], dates, found)
    return found


def _merged(
    participants: Sequence[Participant], dates: Collection[date] | None
) -> dict[int, ByDate]:
    """Return the merged days by person; one query."""
    if not participants:
        return {}
    people = {row.person_id for row in participants}
    days = Day.objects.filter(person_id__in=people)
    if dates is None:
        days = days.filter(date__range=_span(participants))
    else:
        days = days.filter(date__in=dates)
    numbers: dict[int, ByDate] = {}
    columns = ("person_id", "date", "steps", "steps_with_manual")
    for person, day, steps, with_manual in days.values_list(*columns):
        numbers.setdefault(person, {})[day] = DayInput(steps, with_manual)
    return numbers


def _as_read(participants: Sequence[Participant], days: Mapping[date, Kept]) -> dict[int, ByDate]:
    known = {day: DayInput(kept.steps, kept.steps_with_manual) for day, kept in days.items()}
    return {row.person_id: known for row in participants}


def _span(participants: Sequence[Participant]) -> tuple[date, date]:
    first = min(row.challenge.starts_on for row in participants)
    return first, max(row.challenge.ends_on for row in participants)


def _add_activities(
    participants: Sequence[Participant],
    dates: Collection[date] | None,
    found: dict[int, ByDate],
) -> None:
    """Convert what people entered by each challenge's own table."""
    if not participants:
        return
    entered = _entered(participants, dates)
    for row in participants:
        known = found[row.pk] = dict(found[row.pk])  # challenges of one person share the dict
        for day, entries in entered.get(row.person_id, {}).items():
            steps = converted(entries, row.challenge.conversions)
            known[day] = known.get(day, DayInput(None, None))._replace(converted=steps)


def _entered(
    participants: Sequence[Participant], dates: Collection[date] | None
) -> dict[int, dict[date, list[tuple[str, int]]]]:
    rows = Activity.objects.filter(person_id__in={row.person_id for row in participants})
    first, last = _span(participants)
    rows = rows.filter(date__range=(first, last)) if dates is None else rows.filter(date__in=dates)
    found: dict[int, dict[date, list[tuple[str, int]]]] = {}
    for person, day, kind, amount in rows.values_list("person_id", "date", "kind", "amount"):
        found.setdefault(person, {}).setdefault(day, []).append((kind, amount))
    return found
