"""A person's steps at an instant: scripted days over the living walk, merged and summed by day."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sandbox.knobs import KnobBoard, Knobs
from sandbox.people import Person
from sandbox.points import MINUTE, Minute, Point, in_family, merge
from sandbox.records import Record, Records, Script, civil_minutes, played, stamped
from sandbox.walks import day_total, spread
from sandbox.zones import day_bounds, local_date, noon

ONE_DAY = timedelta(days=1)


class Signature(NamedTuple):
    """What a day's total depends on besides the person and the script."""

    synced: float | None
    visible: int
    spilled: int
    mobile_track: bool


class Account:
    """One person's script and what was computed from it; dropped as soon as either changes."""

    def __init__(self, person: Person, script: Script) -> None:
        self.person = person
        self.script = script
        self.totals: dict[tuple[date, str], tuple[Signature, int | None]] = {}

    def signature(self, day: date, now: float, *, mobile_track: bool) -> Signature:
        """Equal signatures mean an equal day."""
        spilled = 0
        if day in self.script.spills:
            spilled = len(self.script.visible(day - ONE_DAY, now))
        visible = len(self.script.visible(day, now))
        return Signature(self._synced_of_day(day, now), visible, spilled, mobile_track)

    def _synced_of_day(self, day: date, now: float) -> float | None:
        """How far into this day the walk has synced; None before it, or without a walk."""
        walk, synced = self.person.walk, self.person.synced_until(now)
        if walk is None or synced is None or day < walk.since:
            return None
        start, end = day_bounds(self.person.zone_of(day), day)
        return None if synced <= start else min(synced, end)

    def walked(self, day: date, now: float) -> list[Point]:
        """The walk's points of a day that the device has synced by `now`."""
        walk, synced = self.person.walk, self._synced_of_day(day, now)
        if walk is None or synced is None:
            return []
        zone = self.person.zone_of(day)
        midday = noon(zone, day)
        times = [(midday + (wall - 720) * MINUTE, count) for wall, count in self._pattern(day)]
        return [
            stamped(at, count, zone, walk.source) for at, count in times if at + MINUTE <= synced
        ]

    def _pattern(self, day: date) -> tuple[tuple[int, int], ...]:
        return spread(seed=str(self._walk_seed()), total=self._walk_total(day), day=day)

    def _walk_seed(self) -> str:
        return str(self.person.walk.seed) if self.person.walk else ""

    def _walk_total(self, day: date) -> int:
        walk = self.person.walk
        if walk is None:
            return 0
        return day_total(seed=str(walk.seed), daily=walk.daily, variation=walk.variation, day=day)

    def whole_walk_total(self, day: date, sign: Signature) -> int | None:
        """The total of a day that is nothing but a fully synced walk; None when it is not."""
        if sign.visible or sign.spilled or sign.synced is None:
            return None
        end = day_bounds(self.person.zone_of(day), day)[1]
        return self._walk_total(day) if sign.synced >= end else None

    def points(self, day: date, now: float) -> list[Point]:
        """The points of every source that start on this local day."""
        records: list[Record] = self.script.visible(day, now)
        return played(records, day, self.walked(day, now))

    def minutes(self, day: date, now: float) -> list[Point]:
        """One-minute points of this local day, also of points begun the day before."""
        mine = list(_minutes_on(day, self.points(day, now)))
        if day in self.script.spills:
            before = self.points(day - ONE_DAY, now)
            mine += _minutes_on(day, before)
        return mine

    def days(self, now: float) -> list[date]:
        """Every local day that may hold points, oldest first."""
        days = self.script.days()
        walk, synced = self.person.walk, self.person.synced_until(now)
        if walk is not None and synced is not None:
            last = local_date(self.person.zone_at(synced), synced)
            span = (last - walk.since).days + 1
            days |= {walk.since + timedelta(days=ahead) for ahead in range(span)}
        return sorted(days)


def _minutes_on(day: date, points: list[Point]) -> Iterator[Point]:
    for point in points:
        for local, at, count in civil_minutes(point):
            if local == day:
                yield point._replace(start=at, end=at + MINUTE, steps=count)


class Ledger:
    """Answers what the provider knows about somebody's steps at an instant."""

    def __init__(self, records: Records, knobs: KnobBoard[Knobs]) -> None:
        self.records = records
        self._knobs = knobs
        self._lock = threading.Lock()
        self._accounts: dict[str, Account] = {}

    def account(self, person: Person) -> Account:
        """The person's computed account, read from the store when it is not in memory."""
        held = self._accounts.get(person.email)
        if held is None or held.person is not person:
            with self._lock:
                held = Account(person, self.records.script(person.email))
                self._accounts[person.email] = held
        return held

    def forget(self, email: str | None = None) -> None:
        """Compute a person (or everybody) afresh from the store at the next question."""
        with self._lock:
            if email is None:
                self._accounts.clear()
            else:
                self._accounts.pop(email, None)

    def merged(self, person: Person, day: date, family: str, now: float) -> dict[int, Minute]:
        """The merged minutes of a local day, by epoch second of their start."""
        mobile = self._knobs.now.mobile_track_in_wearables
        points = self.account(person).minutes(day, now)
        return merge(one for one in points if in_family(one.source, family, mobile_track=mobile))

    def total(self, person: Person, day: date, family: str, now: float) -> int | None:
        """The merged steps of a local day; None when there is no data, which is not zero."""
        account = self.account(person)
        mobile = self._knobs.now.mobile_track_in_wearables
        sign = account.signature(day, now, mobile_track=mobile)
        held = account.totals.get((day, family))
        if held is not None and held[0] == sign:
            return held[1]
        total = self._sum(account, day, family, now, sign)
        account.totals[day, family] = (sign, total)
        return total

    def _sum(
        self, account: Account, day: date, family: str, now: float, sign: Signature
    ) -> int | None:
        walk = account.person.walk
        if walk is not None and in_family(walk.source, family, mobile_track=sign.mobile_track):
            whole = account.whole_walk_total(day, sign)
            if whole is not None:
                return whole
        minutes = self.merged(account.person, day, family, now)
        return sum(minute.steps for minute in minutes.values()) if minutes else None
