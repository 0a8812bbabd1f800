"""What a phone and the watch next to it counted on one day, as ``relay/1`` samples. Pure.

The same person and day always give the same samples, so sending them again changes nothing.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

LONGEST_SAMPLE_MINUTES = 10
WEEKDAYS = (1.03, 1.07, 1.02, 1.08, 1.1, 0.92, 0.74)
# The watch charges in the morning of every fourth day; the phone is left on the desk at times.
WATCH_CHARGES_EVERY = 4
PHONE_ALONG = 0.75


class Bout(NamedTuple):
    """A walk: minute of the day it starts at, minutes it lasts on a day of 8,000 steps."""

    start: int
    minutes: int


WORKDAY = (Bout(455, 19), Bout(610, 7), Bout(730, 20), Bout(905, 7), Bout(1040, 21), Bout(1175, 14))
WEEKEND = (Bout(575, 15), Bout(675, 28), Bout(895, 26), Bout(1105, 13))


class Walked(NamedTuple):
    """A stretch that one device has counted (UTC)."""

    device: str
    start: datetime
    end: datetime
    steps: int


def samples_of(
    *, email: str, day: date, zone: ZoneInfo, daily: int, until: datetime
) -> list[dict[str, Any]]:
    """Return the samples of a local day that had ended by ``until`` (aware)."""
    rng = random.Random(f"{email}:{day}")  # noqa: S311 - a pattern, no secret
    devices = _devices(email)
    return [
        {
            "id": str(uuid.UUID(int=rng.getrandbits(128))).upper(),
            "start": walked.start.isoformat(),
            "end": walked.end.isoformat(),
            "count": walked.steps,
            "manual": False,
            "source": devices[walked.device],
        }
        for walked in _day(rng, day, zone, daily)
        if walked.end <= until
    ]


def _devices(email: str) -> dict[str, dict[str, str]]:
    """Apple devices write under an id of their own; the product tells watch from phone."""
    owner = email.partition("@")[0].partition(".")[0].title()
    watch, phone = (
        uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}:{email}") for kind in ("watch", "phone")
    )
    return {
        "watch": {
            "app": f"com.apple.health.{str(watch).upper()}",
            "name": f"{owner}'s Apple Watch",
            "product": "Watch7,5",
            "os": "13.0",
        },
        "phone": {
            "app": f"com.apple.health.{str(phone).upper()}",
            "name": f"{owner}'s iPhone",
            "product": "iPhone17,1",
            "os": "27.0.1",
        },
    }


def _day(rng: random.Random, day: date, zone: ZoneInfo, daily: int) -> Iterator[Walked]:
    total = daily * WEEKDAYS[day.weekday()] * rng.uniform(0.72, 1.28)
    bouts = WORKDAY if day.weekday() < 5 else WEEKEND
    stretch = min(max(daily / 8000, 0.4), 2.2)
    cadence = total / sum(bout.minutes * stretch for bout in bouts)
    midnight = datetime.combine(day, time(), zone)
    for number, bout in enumerate(bouts):
        start = midnight + timedelta(minutes=bout.start + rng.randint(-14, 14))
        minutes = max(2, round(bout.minutes * stretch))
        charging = number == 0 and day.toordinal() % WATCH_CHARGES_EVERY == 0
        along = charging or rng.random() < PHONE_ALONG
        if not charging:
            yield from _count(rng, "watch", start, minutes, cadence)
        if along:
            behind = timedelta(seconds=rng.randint(5, 55))
            yield from _count(rng, "phone", start + behind, minutes, cadence * 0.93)


def _count(
    rng: random.Random, device: str, start: datetime, minutes: int, cadence: float
) -> Iterator[Walked]:
    """Cut a walk into samples of ten minutes at most."""
    begun = start.astimezone(UTC)
    for offset in range(0, minutes, LONGEST_SAMPLE_MINUTES):
        length = min(LONGEST_SAMPLE_MINUTES, minutes - offset)
        steps = round(length * cadence * rng.uniform(0.9, 1.1))
        first = begun + timedelta(minutes=offset)
        yield Walked(device, first, first + timedelta(minutes=length), steps)
