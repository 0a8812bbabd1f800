""":dailyRollUp and :rollUp: merged sums per civil day and per physical window."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from werkzeug.wrappers import Request

from sandbox.google_health.errors import bad_argument
from sandbox.google_health.families import family
from sandbox.google_health.rollup_requests import (
    MAX_DAYS,
    DailyRollUp,
    RollUp,
    civil_range,
    decoded,
    physical_range,
    too_long,
    window_seconds,
)
from sandbox.google_health.shapes import civil_datetime, counted, instant
from sandbox.knobs import Knobs
from sandbox.people import Person
from sandbox.points import Minute
from sandbox.world import World
from sandbox.zones import civil

ONE_DAY = timedelta(days=1)
Window = tuple[datetime, datetime]


def daily_roll_up(world: World, request: Request, person: Person) -> dict[str, Any]:
    """POST :dailyRollUp: newest window first, windows without data left out."""
    asked = decoded(request.get_data(), DailyRollUp)
    knobs = world.knobs.now
    start, end = civil_range(asked, inclusive_end=knobs.inclusive_end)
    wanted = family(asked.data_source_family)
    if asked.window_size_days < 1:
        raise bad_argument("window_size_days must be at least 1.", field="window_size_days")
    windows = _windows(start, end, min(asked.window_size_days, MAX_DAYS))
    _check_page_size(asked.page_size, asked.window_size_days, len(windows))
    asker = Asker(world=world, person=person, family=wanted, now=world.clock.timestamp())
    sums = [(window, _civil_sum(asker, window)) for window in windows]
    points = [_daily_point(window, total, knobs) for window, total in sums if total is not None]
    return _body([point for point in points if point])


def _windows(start: datetime, end: datetime, days: int) -> list[Window]:
    """The civil windows of a range, newest first; the newest is cut at the range's end."""
    windows, at = [], start
    while at < end:
        after = min(at + timedelta(days=days), end)
        windows.append((at, after))
        at = after
    return windows[::-1]


def _check_page_size(size: int, days: int, windows: int) -> None:
    if size < 0:
        raise bad_argument("page_size must not be negative.", field="page_size")
    if max(size, 1) * days > MAX_DAYS:
        raise too_long()
    if 0 < size < windows:
        raise bad_argument(
            f"page_size must be at least the number of windows in the range ({windows}).",
            field="page_size",
            reason="INVALID_ROLLUP_QUERY_DURATION",
            metadata={"maxDurationDays": str(MAX_DAYS)},
        )


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Whose steps, of which sources, as known at which instant."""

    world: World
    person: Person
    family: str
    now: float

    def total(self, day: date) -> int | None:
        """A whole local day, from the cache."""
        return self.world.ledger.total(self.person, day, self.family, self.now)

    def minutes(self, day: date) -> dict[int, Minute]:
        """The merged minutes of a local day."""
        return self.world.ledger.merged(self.person, day, self.family, self.now)


def _civil_sum(asker: Asker, window: Window) -> int | None:
    start, end = window
    totals = []
    day = start.date()
    while datetime.combine(day, time()) < end:
        totals.append(_day_sum(asker, day, window))
        day += ONE_DAY
    known = [total for total in totals if total is not None]
    return sum(known) if known else None


def _day_sum(asker: Asker, day: date, window: Window) -> int | None:
    """The part of a local day that lies in the window."""
    start, end = window
    midnight = datetime.combine(day, time())
    if start <= midnight and midnight + ONE_DAY <= end:
        return asker.total(day)
    counts = [
        minute.steps
        for at, minute in asker.minutes(day).items()
        if start <= civil(at, minute.offset) < end
    ]
    return sum(counts) if counts else None


def _daily_point(window: Window, total: int, knobs: Knobs) -> dict[str, Any]:
    if total == 0 and knobs.zero_windows == "absent":
        return {}
    point: dict[str, Any] = {
        "civilStartTime": civil_datetime(window[0]),
        "civilEndTime": civil_datetime(window[1]),
        "steps": counted("countSum", total, knobs),
    }
    if knobs.sprinkle and window[0].day % 3 == 0:
        point["rollupQuality"] = "ROLLUP_QUALITY_PROVISIONAL"
    return point


def _body(points: list[dict[str, Any]]) -> dict[str, Any]:
    return {"rollupDataPoints": points} if points else {}


def roll_up(world: World, request: Request, person: Person) -> dict[str, Any]:
    """POST :rollUp: newest window first, windows without data left out, never paged."""
    asked = decoded(request.get_data(), RollUp)
    knobs = world.knobs.now
    start, end = physical_range(asked)
    wanted = family(asked.data_source_family)
    size = window_seconds(asked)
    if max(asked.page_size, 1) * size > MAX_DAYS * 86400:
        raise too_long()
    sums: dict[int, int] = defaultdict(int)
    asker = Asker(world=world, person=person, family=wanted, now=world.clock.timestamp())
    for at, count in _minutes(asker, start, end):
        sums[start + (at - start) // size * size] += count
    points = [
        _window_point(at, min(at + size, end), sums[at], knobs)
        for at in sorted(sums, reverse=True)
        if sums[at] or knobs.zero_windows == "present"
    ]
    return _body(points)


def _minutes(asker: Asker, start: int, end: int) -> list[tuple[int, int]]:
    """(epoch second, steps) of the merged minutes that begin in [start, end)."""
    first = datetime.fromtimestamp(start, UTC).date() - ONE_DAY
    last = datetime.fromtimestamp(end, UTC).date() + ONE_DAY
    return [
        (at, minute.steps)
        for day in asker.world.ledger.account(asker.person).days(asker.now)
        if first <= day <= last
        for at, minute in asker.minutes(day).items()
        if start <= at < end
    ]


def _window_point(start: int, end: int, total: int, knobs: Knobs) -> dict[str, Any]:
    return {
        "startTime": instant(start),
        "endTime": instant(end),
        "steps": counted("countSum", total, knobs),
    }
