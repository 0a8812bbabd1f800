"""The bodies of :rollUp and :dailyRollUp, read and checked as strictly as Google does."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from sandbox.google_health.errors import ApiError, bad_argument

MAX_DAYS = 90
EARLIEST, LATEST = 1970, 2200


class _Strict(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class Date(_Strict):
    """google.type.Date in a request."""

    year: int
    month: int
    day: int


class Time(_Strict):
    """google.type.TimeOfDay in a request."""

    hours: Annotated[int, Meta(ge=0, le=23)] = 0
    minutes: Annotated[int, Meta(ge=0, le=59)] = 0
    seconds: Annotated[int, Meta(ge=0, le=59)] = 0
    nanos: Annotated[int, Meta(ge=0, le=999_999_999)] = 0


class CivilDateTime(_Strict):
    """A civil date and time; without a time it is midnight."""

    date: Date
    time: Time = msgspec.field(default_factory=Time)

    def moment(self) -> datetime:
        """The civil moment, without a zone."""
        day, time = self.date, self.time
        return datetime(  # noqa: DTZ001  # civil time has no zone
            day.year, day.month, day.day, time.hours, time.minutes, time.seconds
        )


class CivilRange(_Strict):
    """Closed-open range of civil time."""

    start: CivilDateTime
    end: CivilDateTime


class DailyRollUp(_Strict):
    """Body of :dailyRollUp."""

    range: CivilRange
    window_size_days: int = msgspec.field(name="windowSizeDays", default=1)
    page_size: int = msgspec.field(name="pageSize", default=0)
    page_token: str = msgspec.field(name="pageToken", default="")
    data_source_family: str = msgspec.field(name="dataSourceFamily", default="")


class Range(_Strict):
    """Closed-open range of physical time."""

    start: Annotated[datetime, Meta(tz=True)] = msgspec.field(name="startTime")
    end: Annotated[datetime, Meta(tz=True)] = msgspec.field(name="endTime")


class RollUp(_Strict):
    """Body of :rollUp."""

    range: Range
    window_size: str = msgspec.field(name="windowSize")
    page_size: int = msgspec.field(name="pageSize", default=0)
    page_token: str = msgspec.field(name="pageToken", default="")
    data_source_family: str = msgspec.field(name="dataSourceFamily", default="")


T = TypeVar("T", DailyRollUp, RollUp)


def decoded(body: bytes, kind: type[T]) -> T:
    """The request body as a `kind`. Raises ApiError 400."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise bad_argument(f"Invalid JSON payload received. {error}", field="") from None


def too_long() -> ApiError:
    """400 for a range, or a window times the page size, beyond what steps allow."""
    return bad_argument(
        f"The requested duration must not exceed {MAX_DAYS} days.",
        field="range",
        reason="INVALID_ROLLUP_QUERY_DURATION",
        metadata={"maxDurationDays": str(MAX_DAYS)},
    )


def bad_range(message: str) -> ApiError:
    """400 for a range that is no range."""
    return bad_argument(message, field="range", reason="INVALID_TIME_RANGE")


def civil_range(asked: DailyRollUp, *, inclusive_end: bool) -> tuple[datetime, datetime]:
    """Start and end of the civil range, checked; `inclusive_end` adds the end's whole day."""
    try:
        start, end = asked.range.start.moment(), asked.range.end.moment()
    except ValueError as error:
        raise bad_range(f"Invalid civil date: {error}") from None
    check_span(start, end, inclusive_end=inclusive_end)
    if inclusive_end:
        end = datetime.combine(end.date() + timedelta(days=1), datetime.min.time())
    return start, end


def check_span(start: datetime, end: datetime, *, inclusive_end: bool = False) -> None:
    """Raises ApiError for a range out of order, out of this world or too long."""
    if not (EARLIEST <= start.year <= LATEST and EARLIEST <= end.year <= LATEST):
        raise bad_range("The range is outside of what is supported.")
    if end < start or (end == start and not inclusive_end):
        raise bad_range("The start of the range must be before its end.")
    if end - start > timedelta(days=MAX_DAYS):
        raise too_long()


def physical_range(asked: RollUp) -> tuple[int, int]:
    """Start and end in epoch seconds, checked."""
    try:
        start, end = asked.range.start.astimezone(UTC), asked.range.end.astimezone(UTC)
    except OverflowError:
        raise bad_range("The range is outside of what is supported.") from None
    check_span(start, end)
    return int(start.timestamp()), int(end.timestamp())


def window_seconds(asked: RollUp) -> int:
    """The window size in whole seconds, at least one."""
    match = re.fullmatch(r"(\d{1,9})(\.\d{1,9})?s", asked.window_size)
    if match is None or int(match[1]) < 1:
        raise bad_argument("window_size must be at least 1s.", field="window_size")
    return int(match[1])
