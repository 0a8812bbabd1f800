"""A person's days where a challenge counts some providers only, or the organization's own days.

Both are worked out from the same facts and by the same merge as the person's ordinary days. An
organization's day is made of the hours of the person that begin in it. Steps that came as a day
total have no hours: they count where the person's day and the organization's are the same, and
nowhere else.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from challenges.models import Challenge, Participant, ZoneRule
from challenges.worth import DayInput
from steps.day_facts import DayFacts
from steps.facts import FactsOfPerson
from steps.merge import DayResult, merge_day
from steps.models import Day, Source
from users.calendar import ONE_DAY, LocalCalendar
from users.models import User


def needs_choice(challenge: Challenge) -> bool:
    """Return whether the merged days are not what the challenge counts."""
    return bool(challenge.providers) or challenge.zone_rule == ZoneRule.ORGANIZATION


def widened(challenge: Challenge, dates: Collection[date]) -> set[date]:
    """Return the days of the challenge that local days ``dates`` of a person may have a part in."""
    if challenge.zone_rule != ZoneRule.ORGANIZATION:
        return set(dates)
    return {day + n * ONE_DAY for day in dates for n in (-1, 0, 1)}


def chosen(participant: Participant, dates: Collection[date] | None) -> dict[date, DayInput]:
    """Return what is known of the days ``dates`` (None: of the whole window) of the challenge."""
    challenge, person = participant.challenge, participant.person
    wanted = sorted(_known_of(participant) if dates is None else dates)
    if challenge.zone_rule != ZoneRule.ORGANIZATION:
        return dict(_own_days(person, challenge, wanted))
    zone = LocalCalendar(ZoneInfo(challenge.organization.timezone))
    return _organization_days(person, challenge, zone, wanted)


def _known_of(participant: Participant) -> set[date]:
    """Return the days of the window that anything may be known of."""
    challenge = participant.challenge
    near = (challenge.starts_on - ONE_DAY, challenge.ends_on + ONE_DAY)
    known = Day.objects.filter(person_id=participant.person_id, date__range=near)
    return widened(challenge, list(known.values_list("date", flat=True)))


def _own_days(
    person: User, challenge: Challenge, dates: Collection[date]
) -> Iterator[tuple[date, DayInput]]:
    for day, _, without, with_manual in _merged(person, challenge, dates):
        yield day, DayInput(without.steps, with_manual.steps)


Merged = tuple[date, list[datetime], DayResult, DayResult]


def _merged(person: User, challenge: Challenge, dates: Collection[date]) -> Iterator[Merged]:
    """Merge the person's own days with the challenge's providers only."""
    if not dates:
        return
    facts = FactsOfPerson(person, dates)
    counting = _counting_sources(person, challenge)
    for day in dates:
        known = _only(facts.on(day), counting)
        without = merge_day(known, count_manual=False)
        yield day, list(known.borders), without, merge_day(known, count_manual=True)


def _counting_sources(person: User, challenge: Challenge) -> set[str] | None:
    if not challenge.providers:
        return None
    rows = Source.objects.filter(person=person, provider__in=challenge.providers)
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def _only(facts: DayFacts, counting: set[str] | None) -> DayFacts:
    if counting is None:
        return facts
    return replace(facts, sources=[source for source in facts.sources if source.id in counting])


def _organization_days(
    person: User, challenge: Challenge, zone: LocalCalendar, dates: Collection[date]
) -> dict[date, DayInput]:
    own = sorted({day + n * ONE_DAY for day in dates for n in (-1, 0, 1)})
    found: dict[date, DayInput] = {}
    for day, borders, without, with_manual in _merged(person, challenge, own):
        for place, steps in _placed(day, borders, without, zone).items():
            known = found.get(place, DayInput(None, None))
            found[place] = known._replace(steps=(known.steps or 0) + steps)
        for place, steps in _placed(day, borders, with_manual, zone).items():
            known = found.get(place, DayInput(None, None))
            found[place] = known._replace(with_manual=(known.with_manual or 0) + steps)
    return {day: known for day, known in found.items() if day in set(dates)}


def _placed(
    day: date, borders: list[datetime], result: DayResult, zone: LocalCalendar
) -> dict[date, int]:
    """Return the steps of the person's ``day`` by the organization's day they belong to."""
    if result.steps is None:
        return {}
    if (borders[0], borders[-1]) == zone.bounds(day):
        return {day: result.steps}
    if sum(result.hours) != result.steps:
        return {}
    found: dict[date, int] = {}
    for start, steps in zip(borders, result.hours, strict=False):
        place = zone.date_of(start.astimezone(UTC))
        found[place] = found.get(place, 0) + steps
    return found
