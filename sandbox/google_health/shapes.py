"""How Google writes times, durations, counts and points in JSON."""

from datetime import UTC, date, datetime
from typing import Any

from sandbox.knobs import Knobs
from sandbox.points import SOURCES, Point
from sandbox.zones import civil


def instant(timestamp: float) -> str:
    """An RFC 3339 instant in UTC, to the second."""
    return datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(seconds: int) -> str:
    """A duration as Google writes offsets: "-18000s"."""
    return f"{seconds}s"


def int64(number: int, knobs: Knobs) -> str | int:
    """An int64: a JSON string, or a number when the knob says so."""
    return str(number) if knobs.int64 == "string" else number


def civil_date(day: date) -> dict[str, int]:
    """A google.type.Date."""
    return {"year": day.year, "month": day.month, "day": day.day}


def civil_datetime(moment: datetime) -> dict[str, Any]:
    """A civil date and time with its zero members left out; midnight is `"time": {}`."""
    parts = {"hours": moment.hour, "minutes": moment.minute, "seconds": moment.second}
    return {
        "date": civil_date(moment.date()),
        "time": {name: value for name, value in parts.items() if value},
    }


def counted(key: str, number: int, knobs: Knobs) -> dict[str, Any]:
    """A count under `key`; a true zero is left out unless the knob wants it written."""
    if number == 0 and knobs.true_zero == "omit":
        return {}
    return {key: int64(number, knobs)}


def steps(point: Point, knobs: Knobs) -> dict[str, Any]:
    """The `steps` object of a data point."""
    interval = {
        "startTime": instant(point.start),
        "startUtcOffset": duration(point.start_offset),
        "endTime": instant(point.end),
        "endUtcOffset": duration(point.end_offset),
        "civilStartTime": civil_datetime(civil(point.start, point.start_offset)),
        "civilEndTime": civil_datetime(civil(point.end, point.end_offset)),
    }
    return {"interval": interval, **counted("count", point.steps, knobs)}


def data_source(point: Point, knobs: Knobs) -> dict[str, Any]:
    """Where a point of `list` comes from, here and there with words nobody has heard of."""
    source = SOURCES[point.source]
    shape: dict[str, Any] = {"recordingMethod": source.recording_method}
    if source.device is not None:
        shape["device"] = dict(source.device)
        if knobs.sprinkle and point.start // 60 % 13 == 0:
            shape["device"]["formFactor"] = "SMART_INSOLE"
    if source.package is not None:
        shape["application"] = {"packageName": source.package}
    shape["platform"] = source.platform
    if knobs.sprinkle and point.start // 60 % 11 == 0:
        shape["sourceConfidence"] = "CONFIDENCE_LEVEL_FROM_THE_FUTURE"
    return shape
