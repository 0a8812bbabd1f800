"""GET activity/summary: a row per day, or the totals of the whole range."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.misfit.dialect import ROOM
from sandbox.misfit.knobs import MisfitKnobs
from sandbox.misfit.shapes import error, json_response
from sandbox.people import Person
from sandbox.world import World
from sandbox.zones import reachable

ONE_DAY = timedelta(days=1)
MILES_PER_STEP = 0.00047
COUNTS = ("points", "steps", "calories", "activityCalories", "distance")


def summary(world: World, request: Request, person: Person, knobs: MisfitKnobs) -> Response:
    """The days of the range that hold anything; 400 for dates that make no range."""
    asked = _range(request, knobs)
    if asked is None:
        return error(400, knobs)
    rows = list(_rows(world, person, knobs, *asked))
    if request.args.get("detail") == "true":
        return json_response({"summary": rows})
    return json_response({key: sum(row[key] for row in rows) for key in COUNTS})


def _range(request: Request, knobs: MisfitKnobs) -> tuple[date, date] | None:
    try:
        start = date.fromisoformat(request.args.get("start_date", ""))
        end = date.fromisoformat(request.args.get("end_date", ""))
    except ValueError:
        return None
    fits = timedelta(0) <= end - start <= timedelta(days=knobs.longest_range_days)
    return (start, end) if fits and reachable(start) and reachable(end) else None


def _rows(
    world: World, person: Person, knobs: MisfitKnobs, start: date, end: date
) -> Iterator[dict[str, Any]]:
    """Without an offset: the dates are the person's own."""
    last = end if _includes_end(world, knobs) else end - ONE_DAY
    now = world.clock.timestamp()
    for ahead in range((last - start).days + 1):
        day = start + timedelta(days=ahead)
        steps = world.ledger.total(person, day, "all-sources", now)
        if steps is not None:
            yield _row(day, steps, knobs)


def _includes_end(world: World, knobs: MisfitKnobs) -> bool:
    if knobs.end_date == "flapping":
        asked = world.traffic.counters(ROOM)["endpoints"].get("summary", 0)
        return bool(asked % 2)
    return knobs.end_date == "inclusive"


def _row(day: date, steps: int, knobs: MisfitKnobs) -> dict[str, Any]:
    whole = knobs.numbers == "int" or (knobs.numbers == "mixed" and day.day % 2 == 0)
    row = {
        "date": day.isoformat(),
        "points": round(steps * 0.1, 1) if steps else 0,
        "steps": steps if whole else float(steps),
        "calories": 1290 + steps // 20,
        "activityCalories": steps / 20 if steps else 0,
        "distance": round(steps * MILES_PER_STEP, 2) if steps else 0,
    }
    return row | ({"moodScore": None} if knobs.sprinkle else {})
