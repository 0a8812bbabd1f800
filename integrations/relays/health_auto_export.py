"""Reads what the iPhone app Health Auto Export posts. Pure.

The app adds up Apple Health over the chosen time grouping and sends the start of each bucket and
its steps, nothing else. Source: the app's published JSON format and set-up link parameters, and the
shapes seen by public receivers of it.

Only the groupings Hours and Days are counted. Under every other one the app sends rows per minute,
second or sample, in which the same steps can stand twice (a watch's and a phone's), with no id to
tell; such rows are taken note of, so that the person can be told which setting to change.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from integrations.relay1_records import Rejection
from integrations.relays.forms import Push, PushedDay, PushedWindow
from integrations.relays.instants import spaced
from integrations.relays.reading import Unusable, each, mapping, object_of, steps_in, text_of

CLIENT = "health_auto_export"
NAME = "Health Auto Export"
METRIC = "step_count"
MISCONFIGURED = "misconfigured_grouping"
ONE_HOUR = timedelta(hours=1)

_Row = tuple[datetime, Decimal, int]


def decode(body: bytes, *, grouping: str, received_at: datetime) -> Push:
    """Read one post. ``grouping`` is the header ``automation-aggregation``, empty when missing.

    Raises ``MalformedUpload`` when the body is no JSON object.
    """
    push = Push(client=CLIENT, name=NAME)
    rows = _rows(object_of(body), push.rejected)
    word = grouping.strip().lower().rstrip("s")
    if word == "day":
        push.days = [_day(row) for row in rows]
    elif word == "hour":
        push.windows = _windows(rows, received_at)
    elif rows:
        push.cause = MISCONFIGURED
    if rows:
        shown = text_of(grouping.strip(), 40) or "missing"
        push.status = {CLIENT: {"grouping": shown, "rows": len(rows)}}
    return push


def _rows(raw: dict[str, Any], rejected: list[Rejection]) -> list[_Row]:
    """Every usable row of step metrics; a metric may come in several pieces."""
    pieces = each("metrics", mapping(raw.get("data")).get("metrics"), _steps_metric, rejected)
    return [row for piece in pieces for row in each("data", piece, _row, rejected)]


def _steps_metric(metric: object, _: int) -> object | None:
    found = mapping(metric)
    return found.get("data") if found.get("name") == METRIC else None


def _row(row: object, index: int) -> _Row:
    if not isinstance(row, dict):
        raise Unusable("invalid_record", "expected an object")
    return spaced(row.get("date")), steps_in(row.get("qty")), index


def _day(row: _Row) -> PushedDay:
    """A day that does not begin at midnight was cut off ("Since Last Sync")."""
    start, steps, index = row
    begins_late = start.time() != datetime.min.time()
    return PushedDay(date=start.date(), steps=steps, index=index, partial=begins_late)


def _windows(rows: Sequence[_Row], received_at: datetime) -> list[PushedWindow]:
    starts = sorted({start for start, _, _ in rows})
    following = dict(pairwise(starts))
    return [
        PushedWindow(
            start=start,
            end=_end(start, following.get(start), received_at),
            steps=steps,
            index=index,
        )
        for start, steps, index in rows
    ]


def _end(start: datetime, following: datetime | None, received_at: datetime) -> datetime:
    """An hour later on the clock. A bucket off the clock ends where the next begins, or now.

    "Since Last Sync" counts hours from wherever the last run ended, so its last bucket is not over
    when it is sent and the next run begins inside it.
    """
    end = start + ONE_HOUR
    if (start.minute, start.second) == (0, 0):
        return end
    earlier = [end, *(other for other in (following, received_at) if other and other > start)]
    return min(earlier)
