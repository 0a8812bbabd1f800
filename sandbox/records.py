"""What the control API said about a person's steps, kept as an append-only script per local day.

A record counts from its `effective` instant on. A day is its visible records read in order: a
`total` or a `gone` starts the day over, an `add` or `points` comes on top. That one rule gives
late data, corrections up and down, and deletions.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import Literal

import msgspec

from sandbox.points import MINUTE, Point, minutes_of
from sandbox.store import Store
from sandbox.walks import WAKING, share, spread
from sandbox.zones import civil, noon, offset_at

Kind = Literal["total", "add", "points", "gone"]
BRISK = 110


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """So many steps somewhere in [start, end) epoch seconds of a day lived in `zone`."""

    steps: int
    start: int
    end: int
    zone: str
    seed: str
    source: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a day's script; `amount` for totals and adds, `points` for points."""

    day: date
    kind: Kind
    effective: float
    amount: Amount | None = None
    points: list[Point] = []


def played(records: list[Record], day: date, walked: list[Point]) -> list[Point]:
    """The points of a day after its visible records; `walked` is what it would hold without."""
    points = walked
    for record in records:
        if record.kind in ("total", "gone"):
            points = []
        points = points + points_of(record, day)
    return points


def points_of(record: Record, day: date) -> list[Point]:
    """The points one record brings."""
    amount = record.amount
    if amount is None:
        return record.points
    minutes = _fresh(amount) if record.kind == "add" else _day_long(amount, day)
    return [stamped(minute, count, amount.zone, amount.source) for minute, count in minutes]


def stamped(minute: int, count: int, zone: str, source: str) -> Point:
    """A one-minute point with the zone's offset of that minute."""
    offset = offset_at(zone, minute)
    return Point(minute, minute + MINUTE, offset, offset, count, source)


def _fresh(amount: Amount) -> list[tuple[int, int]]:
    """The steps walked briskly in the last minutes before the amount's end."""
    end = max(amount.start + MINUTE, amount.end - amount.end % MINUTE)
    wanted = max(1, -(-amount.steps // BRISK))
    number = min(wanted, max(1, (end - amount.start) // MINUTE))
    counts = share(amount.steps, [1.0] * number)
    return [(end - (number - at) * MINUTE, count) for at, count in enumerate(counts)]


def _day_long(amount: Amount, day: date) -> list[tuple[int, int]]:
    """The steps over the waking minutes of the day, or the last minutes of a day just begun."""
    midday = noon(amount.zone, day)
    pattern = spread(seed=amount.seed, total=amount.steps, day=day)
    times = [(midday + (wall - 720) * MINUTE, count) for wall, count in pattern]
    kept = [(at, n) for at, n in times if amount.start <= at and at + MINUTE <= amount.end]
    if len(kept) == len(times):
        return kept
    waking = (amount.end - midday) // MINUTE + 720 - WAKING[0]
    if waking < 60 or len(kept) * 2 * BRISK < amount.steps or sum(n for _, n in kept) == 0:
        return _fresh(amount)
    counts = share(amount.steps, [float(n) for _, n in kept])
    return [(at, count) for (at, _), count in zip(kept, counts, strict=True)]


class Script:
    """All records of one person, by day."""

    def __init__(self, records: list[Record]) -> None:
        self._days: dict[date, list[Record]] = defaultdict(list)
        self.spills: set[date] = set()
        for record in sorted(records, key=lambda one: one.effective):
            self._days[record.day].append(record)
            self.spills.update(_overflow(record))

    def visible(self, day: date, now: float) -> list[Record]:
        """The day's records that count at `now`, in order."""
        return [one for one in self._days.get(day, ()) if one.effective <= now]

    def days(self) -> set[date]:
        """Every day something was ever scripted for."""
        return set(self._days) | self.spills


def _overflow(record: Record) -> set[date]:
    """The following days that points of this record reach into past local midnight."""
    touched: set[date] = set()
    for point in record.points:
        last = civil(point.end - 1, point.start_offset).date()
        for ahead in range(1, (last - record.day).days + 1):
            touched.add(record.day + timedelta(days=ahead))
    return touched


def civil_minutes(point: Point) -> list[tuple[date, int, int]]:
    """(local date, minute, steps) for each minute of a point, by the point's own offset."""
    return [
        (civil(minute, point.start_offset).date(), minute, count)
        for minute, count in minutes_of(point)
    ]


class Records:
    """The scripts of everybody, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def script(self, email: str) -> Script:
        """A person's script as stored now."""
        rows = self._store.rows("SELECT doc FROM records WHERE email = ? ORDER BY id", email)
        return Script([msgspec.json.decode(row["doc"], type=Record) for row in rows])

    def append(self, email: str, record: Record) -> None:
        """Add a line to a day's script."""
        self._store.run(
            "INSERT INTO records (email, day, kind, effective, doc) VALUES (?, ?, ?, ?, ?)",
            email,
            record.day.isoformat(),
            record.kind,
            record.effective,
            msgspec.json.encode(record).decode(),
        )

    def drop(self, email: str, day: date, *, until: float | None = None) -> None:
        """Drop a day's script, or only the part that already counts at `until`."""
        self._store.run(
            "DELETE FROM records WHERE email = ? AND day = ? AND (? IS NULL OR effective <= ?)",
            email,
            day.isoformat(),
            until,
            until,
        )

    def drop_person(self, email: str) -> None:
        """Drop everything scripted for a person."""
        self._store.run("DELETE FROM records WHERE email = ?", email)
