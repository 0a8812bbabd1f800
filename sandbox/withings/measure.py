"""POST /v2/measure, action getactivity: a row per day and source, in pages."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.people import Person
from sandbox.withings.dialect import BAD_REQUEST, bad, good
from sandbox.withings.knobs import WithingsKnobs
from sandbox.world import World
from sandbox.zones import reachable

ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=3660)
WATCH = {"is_tracker": True, "deviceid": None, "brand": 18, "model": 93}
PHONE = {"is_tracker": False, "deviceid": None, "brand": 1, "model": 1056}


def activity(world: World, request: Request, person: Person, knobs: WithingsKnobs) -> Response:
    """The rows of the range that hold anything, from `offset` on."""
    form = request.form
    asked = _range(form.get("startdateymd", ""), form.get("enddateymd", ""), knobs)
    offset = form.get("offset", "0")
    if asked is None or form.get("action") != "getactivity" or not offset.isdecimal():
        return bad(BAD_REQUEST, "Invalid Params")
    rows = list(_rows(world, person, knobs, *asked))
    start = int(offset)
    end = start + knobs.rows_per_page
    more = end < len(rows)
    return good({"activities": rows[start:end], "more": more, "offset": end if more else 0})


def _range(first: str, last: str, knobs: WithingsKnobs) -> tuple[date, date] | None:
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    if not (reachable(start) and reachable(end) and timedelta(0) <= end - start <= LONGEST):
        return None
    return start, end if knobs.end_date == "inclusive" else end - ONE_DAY


def _rows(
    world: World, person: Person, knobs: WithingsKnobs, first: date, last: date
) -> Iterator[dict[str, Any]]:
    now = world.clock.timestamp()
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        steps = world.ledger.total(person, day, "all-sources", now)
        if steps is None:
            continue
        row = {
            "date": day.isoformat(),
            "timezone": person.zone_of(day),
            "modified": int(now),
            "hash_deviceid": None,
        }
        yield row | WATCH | {"steps": steps} | ({"aura": "new"} if knobs.sprinkle else {})
        if knobs.sources == 2:
            yield row | PHONE | {"steps": steps // 2}
