"""The rows as a table for people and as a file for programs."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.outcome import Row

HEAD = ("name", "value", "unit", "spread", "floor", "ratio", "goal", "met")
_NUMBERS = {1, 3, 4, 5}


def render(rows: Sequence[Row]) -> str:
    """Return the table; numbers are medians, `spread` is (highest - lowest) / median."""
    lines = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    return "\n".join(_line(line, widths) for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        number(row.value),
        row.unit,
        f"{100 * row.spread:.0f} %",
        number(row.floor),
        number(row.ratio),
        "" if row.goal is None else str(row.goal),
        {True: "yes", False: "NO", None: ""}[row.met],
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if place in _NUMBERS else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def number(value: float | None) -> str:
    """Return a number with three significant digits, large ones whole; empty for none."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def write_json(path: Path, rows: Iterable[Row]) -> None:
    """Write ``{name: {value, unit, floor, ratio, goal, met, ...}}``, whole or not at all."""
    text = json.dumps({row.name: row.as_json() for row in rows}, indent=2) + "\n"
    half = path.with_suffix(".new")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
