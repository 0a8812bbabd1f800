"""Geometry of small charts: numbers in, SVG coordinates out. Pure.

Charts are drawn into a fixed view box and stretched to their place, so they hold no text; titles
and a table beside them carry the numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720.0, 180.0
FILLED = 0.72
NICE = (1, 2, 4, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Datum:
    """One thing to draw: ``value`` None leaves a gap; ``second`` is stacked on top of it.

    ``note`` says everything about it, ``short`` what is to be said beside the value.
    """

    label: str
    value: int | None
    note: str = ""
    short: str = ""
    second: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle with what it says; ``kind`` names its style."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars with the top of their scale; ``middle`` and ``top`` are values of the grid lines."""

    bars: list[Bar]
    top: int
    middle: int
    data: list[Datum]
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a whole: where it starts and how long it is, out of 100."""

    kind: str
    start: float
    length: float


def bar_chart(data: Sequence[Datum]) -> BarChart:
    """Place a bar per datum from left to right; gaps get a low placeholder."""
    top = nice_ceiling(max(((datum.value or 0) + datum.second for datum in data), default=0))
    step = WIDTH / max(len(data), 1)
    bars: list[Bar] = []
    for place, datum in enumerate(data):
        bars.extend(_bars(datum, place * step + step * (1 - FILLED) / 2, step * FILLED, top))
    return BarChart(bars=bars, top=top, middle=top // 2, data=list(data))


def segments(parts: Mapping[str, int]) -> list[Segment]:
    """Cut a bar of 100 into ``parts`` (kind to count), leaving out empty ones."""
    total = sum(parts.values())
    start = 0.0
    cut: list[Segment] = []
    for kind, count in parts.items():
        if count:
            length = round(100 * count / total, 3)
            cut.append(Segment(kind=kind, start=round(start, 3), length=length))
            start += length
    return cut


def nice_ceiling(number: int) -> int:
    """Return a round, even number not below ``number`` to end a scale at."""
    if number <= 2:
        return 2
    power = int(10 ** (len(str(number)) - 1))
    return next(nice * power for nice in NICE if nice * power >= number)


def _bars(datum: Datum, x: float, width: float, top: int) -> list[Bar]:
    if datum.value is None:
        return [_bar(x, width, (0.0, 3.0), "gap", datum)]
    first = HEIGHT * datum.value / top
    second = HEIGHT * datum.second / top
    bars = [_bar(x, width, (0.0, first), "first", datum)]
    return [*bars, _bar(x, width, (first, second), "second", datum)] if datum.second else bars


def _bar(x: float, width: float, span: tuple[float, float], kind: str, datum: Datum) -> Bar:
    base, height = span
    return Bar(
        x=round(x, 2),
        y=round(HEIGHT - base - height, 2),
        width=round(width, 2),
        height=round(height, 2),
        kind=kind,
        title=f"{datum.label}: {datum.note}" if datum.note else datum.label,
    )
