"""dataPoints list and :reconcile: every source's points, or the one merged stream."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.wrappers import Request

from sandbox.google_health.families import family
from sandbox.google_health.filters import Restriction, parsed
from sandbox.google_health.pages import check_names, cursor_of, page_size, token_for
from sandbox.google_health.shapes import data_source, steps
from sandbox.knobs import Knobs
from sandbox.people import Person
from sandbox.points import MINUTE, PRECEDENCE, Point, in_family
from sandbox.world import World

NAMES = frozenset({"filter", "pageSize", "pageToken", "dataSourceFamily"})
DEFAULT_SIZE = 1440
LARGEST_SIZE = 10000
Key = tuple[int, int, int]


def list_points(world: World, request: Request, person: Person) -> dict[str, Any]:
    """GET dataPoints: raw, overlapping points with their source, newest first."""
    params, knobs = request.args, world.knobs.now
    restrictions, wanted = _question(params, knobs)
    now = world.clock.timestamp()
    account = world.ledger.account(person)
    points = [point for day in account.days(now) for point in account.points(day, now)]
    mobile = knobs.mobile_track_in_wearables
    kept = [
        point
        for point in _one_per_key(points)
        if in_family(point.source, wanted, mobile_track=mobile) and _passes(point, restrictions)
    ]
    page, token = _page(kept, params, knobs, _newest_first)
    shaped = [
        {"dataSource": data_source(point, knobs), "steps": steps(point, knobs)} for point in page
    ]
    return _body(shaped, token, knobs)


def reconcile(world: World, request: Request, person: Person) -> dict[str, Any]:
    """GET dataPoints:reconcile: one merged stream of minutes without sources."""
    params, knobs = request.args, world.knobs.now
    restrictions, wanted = _question(params, knobs)
    now = world.clock.timestamp()
    points = [
        Point(at, at + MINUTE, minute.offset, minute.offset, minute.steps, "fitbit")
        for day in world.ledger.account(person).days(now)
        for at, minute in world.ledger.merged(person, day, wanted, now).items()
    ]
    kept = [point for point in points if _passes(point, restrictions)]
    key = _newest_first if knobs.reconcile_order == "descending" else _oldest_first
    page, token = _page(kept, params, knobs, key)
    return _body([{"steps": steps(point, knobs)} for point in page], token, knobs)


def _question(params: Mapping[str, str], knobs: Knobs) -> tuple[list[Restriction], str]:
    check_names(params, NAMES)
    restrictions = parsed(params.get("filter", ""), knobs)
    return restrictions, family(params.get("dataSourceFamily", ""))


def _passes(point: Point, restrictions: list[Restriction]) -> bool:
    return all(one.lets(point) for one in restrictions)


def _one_per_key(points: Iterable[Point]) -> Iterable[Point]:
    """One source has one point per interval: what came in pieces is added up."""
    kept: dict[Key, Point] = {}
    for point in points:
        key = _newest_first(point)
        held = kept.get(key)
        kept[key] = point if held is None else held._replace(steps=held.steps + point.steps)
    return kept.values()


def _newest_first(point: Point) -> Key:
    return (-point.start, PRECEDENCE[point.source], -point.end)


def _oldest_first(point: Point) -> Key:
    return (point.start, PRECEDENCE[point.source], point.end)


def _page(
    points: list[Point], params: Mapping[str, str], knobs: Knobs, key: Callable[[Point], Key]
) -> tuple[list[Point], str]:
    """One page and the token of the next. A full page always has a next one, maybe empty.

    The token names the last point given, so points that arrive meanwhile shift nothing.
    """
    size = page_size(params, default=DEFAULT_SIZE, most=LARGEST_SIZE)
    cursor = cursor_of(params)
    if cursor is None and knobs.first_page_empty:
        return [], token_for((), params)
    ordered = sorted(points, key=key)
    start = bisect_right(ordered, cursor, key=key) if cursor else 0
    page = ordered[start : start + size]
    token = token_for(key(page[-1]), params) if len(page) == size else ""
    return page, token


def _body(shaped: list[dict[str, Any]], token: str, knobs: Knobs) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if shaped:
        body["dataPoints"] = shaped
    if token or knobs.empty_last_token:
        body["nextPageToken"] = token
    return body
