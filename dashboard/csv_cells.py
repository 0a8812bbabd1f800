"""Tables as CSV that spreadsheets only read, never run. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

# Spreadsheets take a text that begins with one of these (or its full-width twin) for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell(value: Any) -> str | int | float:
    """Return a value as a cell; numbers stay numbers, nothing known stays empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    text = value.isoformat() if isinstance(value, date) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a heading and rows (RFC 4180); the first character tells spreadsheets it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return f"\ufeff{out.getvalue()}"
