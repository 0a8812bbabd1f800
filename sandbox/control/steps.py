"""/control/people/{email}/steps and /late: script what a day holds, and from when on."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, field
from werkzeug.wrappers import Request, Response

from sandbox.control.bodies import (
    ControlError,
    json_answer,
    person_of,
    read_as,
    read_date,
    within_reach,
)
from sandbox.people import Instant, Person
from sandbox.points import MINUTE, SOURCES, Point
from sandbox.records import Amount, Record
from sandbox.world import World
from sandbox.zones import civil, day_bounds, offset_at

Steps = Annotated[int, Meta(ge=0, le=10**7)]
Offset = Annotated[int, Meta(gt=-86400, lt=86400)]
LONGEST_MINUTES = 24 * 60


class _Strict(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class PointBody(_Strict):
    """One explicit point."""

    start: Instant
    count: Steps
    minutes: Annotated[int, Meta(ge=1, le=LONGEST_MINUTES)] | None = None
    end: Instant | None = None
    utc_offset_seconds: Offset | None = None
    end_utc_offset_seconds: Offset | None = None
    source: str = "fitbit"


class StepsBody(_Strict):
    """A day's total, an addition, or points; `gone` for a late deletion."""

    day: date | None = field(name="date", default=None)
    total: Steps | None = None
    add: Steps | None = None
    points: list[PointBody] | None = None
    replace_day: date | None = None
    until: Instant | None = None
    visible_at: Instant | None = None
    gone: bool = False
    source: str = "fitbit"


def steps(world: World, request: Request, *, email: str) -> Response:
    """POST scripts steps; DELETE empties a day (with its walk)."""
    person = person_of(world, email)
    if request.method == "DELETE":
        return _empty(world, request, person)
    return _script(world, person, read_as(request, StepsBody))


def late(world: World, request: Request, *, email: str) -> Response:
    """POST the same as to steps, with a `visible_at` from which on it counts."""
    person = person_of(world, email)
    body = read_as(request, StepsBody)
    if body.visible_at is None:
        raise ControlError("visible_at is missing")
    return _script(world, person, body)


def _empty(world: World, request: Request, person: Person) -> Response:
    now = world.clock.timestamp()
    if not request.args.get("date"):
        raise ControlError("date is missing")
    day = read_date(request.args["date"], "date", date.min)
    with world.store.transaction():
        world.ledger.records.drop(person.email, day)
        world.ledger.records.append(person.email, Record(day=day, kind="gone", effective=now))
    return _told(world, person, {day})


def _script(world: World, person: Person, body: StepsBody) -> Response:
    given = [body.total is not None, body.add is not None, body.points is not None, body.gone]
    if sum(given) != 1:
        raise ControlError("give exactly one of total, add, points and gone")
    now = world.clock.timestamp()
    effective = now if body.visible_at is None else body.visible_at.timestamp()
    if body.points is not None:
        records = _point_records(person, body.points, effective)
    else:
        records = [_day_record(person, body, effective, now)]
    _write(world, person, body, records, effective)
    return _told(world, person, {record.day for record in records})


def _write(
    world: World, person: Person, body: StepsBody, records: list[Record], effective: float
) -> None:
    """What a total replaces at once is dropped; what is scripted for later stays."""
    immediate = body.visible_at is None
    ledger = world.ledger.records
    with world.store.transaction():
        if body.replace_day is not None:
            gone = Record(day=within_reach(body.replace_day), kind="gone", effective=effective)
            if immediate:
                ledger.drop(person.email, gone.day, until=effective)
            ledger.append(person.email, gone)
        for record in records:
            if immediate and record.kind in ("total", "gone"):
                ledger.drop(person.email, record.day, until=effective)
            ledger.append(person.email, record)


def _told(world: World, person: Person, days: set[date]) -> Response:
    """What the touched days hold now."""
    world.ledger.forget(person.email)
    now = world.clock.timestamp()
    totals = {
        day.isoformat(): world.ledger.total(person, day, "all-sources", now) for day in sorted(days)
    }
    return json_answer({"days": totals})


def _day_record(person: Person, body: StepsBody, effective: float, now: float) -> Record:
    if body.day is None:
        raise ControlError("date is missing")
    day = within_reach(body.day)
    if body.gone:
        return Record(day=day, kind="gone", effective=effective)
    _check_source(body.source)
    amount = Amount(
        steps=(body.total if body.total is not None else body.add) or 0,
        zone=person.zone_of(day),
        seed=f"{person.email}:explicit",
        source=body.source,
        **_span(person, day, body.until, max(effective, now)),
    )
    return Record(
        day=day, kind="total" if body.add is None else "add", effective=effective, amount=amount
    )


def _span(person: Person, day: date, until: datetime | None, latest: float) -> dict[str, int]:
    """The part of the day that steps may fall in: none of it may lie in the future."""
    start, end = day_bounds(person.zone_of(day), day)
    limit = latest if until is None else until.timestamp()
    if limit <= start:
        raise ControlError(f"{day} has not begun for {person.email}")
    return {"start": start, "end": int(min(end, limit))}


def _point_records(person: Person, bodies: list[PointBody], effective: float) -> list[Record]:
    """One record per local day the points start on."""
    days: dict[date, list[Point]] = {}
    for body in bodies:
        point = _point(person, body)
        day = civil(point.start, point.start_offset).date()
        days.setdefault(within_reach(day), []).append(point)
    return [
        Record(day=day, kind="points", effective=effective, points=points)
        for day, points in days.items()
    ]


def _point(person: Person, body: PointBody) -> Point:
    _check_source(body.source)
    within_reach(body.start.date())
    start = int(body.start.timestamp())
    end = start + (body.minutes or 1) * MINUTE
    if body.end is not None:
        end = int(body.end.timestamp())
    if not start < end <= start + LONGEST_MINUTES * MINUTE:
        raise ControlError("a point must end after its start, at most 24 hours later")
    offset = body.utc_offset_seconds
    if offset is None:
        offset = offset_at(person.zone_at(start), start)
    end_offset = body.end_utc_offset_seconds
    if end_offset is None:
        explicit = body.utc_offset_seconds is not None
        end_offset = offset if explicit else offset_at(person.zone_at(end), end)
    return Point(start, end, offset, end_offset, body.count, body.source)


def _check_source(source: str) -> None:
    if source not in SOURCES:
        raise ControlError(f"unknown source {source!r}; known: {', '.join(SOURCES)}")
