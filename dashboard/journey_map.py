"""A route drawn as a winding line with its waypoints: numbers in, SVG coordinates out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import pi, sin
from typing import Any

WIDTH, HEIGHT = 720.0, 160.0
MARGIN, SWING, WAVES = 24.0, 42.0, 2.5
PIECES = 120


@dataclass(frozen=True, slots=True)
class Place:
    """A waypoint: its number in the list beside the map, where it is, and who has passed it."""

    number: int
    name: str
    at: int
    x: float
    y: float
    passed: int


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """``walked`` is the part of ``route`` that the one in front has behind them."""

    route: str
    walked: str
    places: list[Place]
    front: tuple[float, float] | None
    percent: int
    width: float = WIDTH
    height: float = HEIGHT


def journey_map(
    length: int, waypoints: Sequence[Mapping[str, Any]], ways: Sequence[int]
) -> JourneyMap:
    """Draw a route of ``length``; ``ways`` are how far people have come, in the same unit."""
    furthest = min(max(ways, default=0), length)
    share = furthest / length
    return JourneyMap(
        route=_line(1.0),
        walked=_line(share) if furthest else "",
        places=[
            Place(
                number, str(each["name"]), each["at"], *_point(each["at"] / length), _of(ways, each)
            )
            for number, each in enumerate(waypoints, start=1)
        ],
        front=_point(share) if furthest else None,
        percent=100 * furthest // length,
    )


def _of(ways: Sequence[int], waypoint: Mapping[str, Any]) -> int:
    return sum(way >= waypoint["at"] for way in ways)


def _line(share: float) -> str:
    points = [_point(share * piece / PIECES) for piece in range(PIECES + 1)]
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _point(share: float) -> tuple[float, float]:
    x = MARGIN + share * (WIDTH - 2 * MARGIN)
    y = HEIGHT / 2 - SWING * sin(share * WAVES * 2 * pi)
    return round(x, 1), round(y, 1)
