"""Step points, where they come from, and how overlapping sources become one stream. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Source:
    """One origin of points, with the words the provider describes it by."""

    platform: str
    recording_method: str
    device: dict[str, str] | None = None
    package: str | None = None
    wearable: bool = False
    mobile_track: bool = False


# In order of precedence: where two sources cover one minute, the first named here counts.
SOURCES: dict[str, Source] = {
    "fitbit": Source(
        platform="FITBIT",
        recording_method="PASSIVELY_MEASURED",
        device={"displayName": "Charge 6"},
        wearable=True,
    ),
    "pixel_watch": Source(
        platform="FITBIT",
        recording_method="PASSIVELY_MEASURED",
        device={"formFactor": "WATCH", "manufacturer": "Google", "displayName": "Pixel Watch 4"},
        wearable=True,
    ),
    "mobile_track": Source(
        platform="FITBIT",
        recording_method="PASSIVELY_MEASURED",
        device={"formFactor": "PHONE"},
        mobile_track=True,
    ),
    "phone": Source(
        platform="HEALTH_CONNECT",
        recording_method="PASSIVELY_MEASURED",
        device={"formFactor": "PHONE", "manufacturer": "Acme"},
        package="com.example.pedometer",
    ),
    "health_kit": Source(
        platform="HEALTH_KIT",
        recording_method="UNKNOWN",
        device={"formFactor": "PHONE", "manufacturer": "Apple"},
        package="com.example.health",
    ),
    "partner": Source(platform="GOOGLE_PARTNER_INTEGRATION", recording_method="DERIVED", device={}),
    "manual": Source(platform="FITBIT", recording_method="MANUAL"),
    "phone_manual": Source(
        platform="HEALTH_CONNECT", recording_method="MANUAL", package="com.example.pedometer"
    ),
}
PRECEDENCE = {name: rank for rank, name in enumerate(SOURCES)}


class Point(NamedTuple):
    """Steps of one source over [start, end) epoch seconds; offsets are seconds east of UTC."""

    start: int
    end: int
    start_offset: int
    end_offset: int
    steps: int
    source: str


class Minute(NamedTuple):
    """One merged minute: its steps, and the UTC offset that came with them."""

    steps: int
    offset: int


def minutes_of(point: Point) -> Iterator[tuple[int, int]]:
    """The minutes a point covers with the point's steps shared out; the parts sum to the whole."""
    first = point.start - point.start % MINUTE
    number = max(1, -(-(point.end - first) // MINUTE))
    for index in range(number):
        share = point.steps * (index + 1) // number - point.steps * index // number
        yield first + index * MINUTE, share


def merge(points: Iterable[Point]) -> dict[int, Minute]:
    """One stream: per minute the source of highest precedence counts, the others do not."""
    owners: dict[int, tuple[int, int, int]] = {}
    for point in points:
        rank = PRECEDENCE[point.source]
        for minute, count in minutes_of(point):
            held = owners.get(minute)
            if held is None or rank < held[0]:
                owners[minute] = (rank, count, point.start_offset)
            elif rank == held[0]:
                owners[minute] = (rank, held[1] + count, held[2])
    return {minute: Minute(count, offset) for minute, (_, count, offset) in owners.items()}


FAMILIES = ("all-sources", "google-wearables", "google-sources", "self-sources")


def in_family(source: str, family: str, *, mobile_track: bool) -> bool:
    """Whether a source belongs to a data source family; `mobile_track` lets trackerless in."""
    facts = SOURCES[source]
    if family == "google-wearables":
        return facts.wearable or (facts.mobile_track and mobile_track)
    if family == "google-sources":
        return facts.platform in ("FITBIT", "HEALTH_CONNECT")
    return family == "all-sources"
