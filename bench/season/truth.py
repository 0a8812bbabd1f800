"""A second ledger, plain and slow: it looks at every minute of everything that was ever told.

Written from docs/ledger.md alone and without a line of the product. Minutes carry whole steps, so
that nothing has to be rounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bench.season.told import Hour, Life, Look, Total, Walk, instant_of, minute_of

_BEST_FIRST = {"watch": 1, "phone": 2}
# Clocks change, and people move, on half hours.
SLOT = 30


class Days:
    """The local days of somebody who moves: a date that has come never comes back."""

    def __init__(self, stays: list[tuple[int, str]]) -> None:
        self._stays = stays
        self._known: dict[int, date] = {}

    def of_minute(self, minute: int) -> date:
        """Return the local day a minute belongs to."""
        slot = minute // SLOT
        if slot not in self._known:
            self._known[slot] = self._look_up(slot * SLOT)
        return self._known[slot]

    def of(self, instant: datetime) -> date:
        """Return the local day of an instant."""
        return self.of_minute(minute_of(instant))

    def _look_up(self, minute: int) -> date:
        zone, reached = self._stays[0][1], date.min
        for since, name in self._stays[1:]:
            if since > minute:
                break
            reached = max(reached, _local(since - 1, zone))
            zone = name
        return max(reached, _local(minute, zone))


def _local(minute: int, zone: str) -> date:
    return instant_of(minute).astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True, slots=True)
class Number:
    """Steps of a day without and with what was typed by hand; None is unknown."""

    measured: int | None
    with_typed: int | None


def numbers(life: Life, *, until: datetime | None = None) -> dict[date, Number]:
    """Return what every known local day comes to by all that was heard before ``until``."""
    days = Days(settled(life))
    phone, cloud = (
        [look for look in looks if until is None or look.received < until]
        for looks in (life.phone, life.cloud)
    )
    ways = [
        [of_phone(phone, days, typed=typed), of_cloud(cloud, days, typed=typed)]
        for typed in (False, True)
    ]
    known = {day for way in ways for channel in way for day in channel}
    return {day: Number(*(_most(way, day) for way in ways)) for day in known}


def settled(life: Life) -> list[tuple[int, str]]:
    """Return where somebody lives: the zone chosen before anything was heard was always theirs."""
    heard = [look.received for look in (*life.phone, *life.cloud) if look.says_something]
    first = minute_of(min(heard)) if heard else 0
    before = [zone for since, zone in life.stays if since <= first]
    return [(0, before[-1]), *((since, zone) for since, zone in life.stays if since > first)]


def _most(channels: Iterable[dict[date, int]], day: date) -> int | None:
    """The same walk reaches us on several ways: the one that says most counts."""
    return max((channel[day] for channel in channels if day in channel), default=None)


def of_phone(looks: list[Look], days: Days, *, typed: bool) -> dict[date, int]:
    """Return the phone's days: in each minute the better of its things counts, typed ones first."""
    best: dict[int, tuple[int, int]] = {}
    for walk in _standing(looks):
        if walk.typed and not typed:
            continue
        place = (0 if walk.typed else _BEST_FIRST[walk.thing], walk.per_minute)
        for minute in range(walk.start, walk.end):
            best[minute] = min(best.get(minute, place), place)
    found: dict[date, int] = {}
    for minute, (_, steps) in best.items():
        day = days.of_minute(minute)
        found[day] = found.get(day, 0) + steps
    return found


def _standing(looks: list[Look]) -> list[Walk]:
    """Return the walks as told last, without those gone or missing where all was listed."""
    gone = {each for look in looks for each in look.gone}
    latest: dict[str, tuple[datetime, Walk]] = {}
    for look in looks:
        for walk in look.walks:
            if walk.id not in latest or latest[walk.id][0] < look.looked:
                latest[walk.id] = look.looked, walk
    complete = [look for look in looks if look.complete is not None]
    return [
        walk
        for looked, walk in latest.values()
        if walk.id not in gone and not any(_misses(look, looked, walk) for look in complete)
    ]


def _misses(look: Look, told: datetime, walk: Walk) -> bool:
    assert look.complete is not None
    first, last = look.complete
    inside = first <= walk.start and walk.end <= last
    return inside and told < look.looked and all(each.id != walk.id for each in look.walks)


def of_cloud(looks: list[Look], days: Days, *, typed: bool) -> dict[date, int]:
    """Return the tracker's days: its total, unless newer hours of the day say more."""
    totals: dict[date, tuple[datetime, Total]] = {}
    hours: dict[int, tuple[datetime, Hour]] = {}
    for look in sorted(looks, key=lambda each: each.looked):
        totals |= {total.day: (look.looked, total) for total in look.totals}
        hours |= {hour.start: (look.looked, hour) for hour in look.hours}
    found, newest = _of_hours(hours.values(), days, typed=typed)
    for day, (looked, total) in totals.items():
        steps = total.steps if typed else total.steps - total.typed
        if day not in found or newest[day] <= looked or found[day] <= steps:
            found[day] = steps
    return found


def _of_hours(
    hours: Iterable[tuple[datetime, Hour]], days: Days, *, typed: bool
) -> tuple[dict[date, int], dict[date, datetime]]:
    found: dict[date, int] = {}
    newest: dict[date, datetime] = {}
    for looked, hour in hours:
        steps = hour.per_minute if typed else hour.per_minute - hour.typed
        for part in (hour.start, hour.start + SLOT):
            day = days.of_minute(part)
            found[day] = found.get(day, 0) + SLOT * steps
            newest[day] = max(newest.get(day, looked), looked)
    return found, newest
