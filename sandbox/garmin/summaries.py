"""Dailies as Garmin writes them, and the way a ping's address names some."""

import base64
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from sandbox.garmin.dialect import ROOM
from sandbox.oauth_stand_in.accounts import hex_id
from sandbox.people import Person
from sandbox.world import World
from sandbox.zones import day_bounds, offset_at


def account_of(person: Person) -> str:
    """The user id."""
    return hex_id(ROOM, person.email)


def dailies(
    world: World, person: Person, days: Iterable[date], *, sprinkle: bool
) -> list[dict[str, Any]]:
    """The summaries of those days that hold data."""
    now = world.clock.timestamp()
    found = []
    for day in days:
        steps = world.ledger.total(person, day, "all-sources", now)
        if steps is not None:
            found.append(_daily(person, day, steps, now) | _extras(day, sprinkle=sprinkle))
    return found


def _daily(person: Person, day: date, steps: int, now: float) -> dict[str, Any]:
    zone = person.zone_of(day)
    start, end = day_bounds(zone, day)
    return {
        "userId": account_of(person),
        "summaryId": f"x-{account_of(person)[:8]}-{day:%y%m%d}",
        "calendarDate": day.isoformat(),
        "startTimeInSeconds": start,
        "startTimeOffsetInSeconds": offset_at(zone, start),
        "durationInSeconds": max(0, int(min(end, now)) - start),
        "activityType": "WALKING",
        "steps": steps,
        "distanceInMeters": round(steps * 0.74, 1),
    }


def _extras(day: date, *, sprinkle: bool) -> dict[str, Any]:
    """Members that no application knows, on every other day."""
    return {"somethingNew": {"deep": [1]}} if sprinkle and day.day % 2 else {}


def token_for(person: Person, days: Iterable[date]) -> str:
    """What an address of a ping carries: opaque for everybody else."""
    named = [person.email, *(day.isoformat() for day in days)]
    return base64.urlsafe_b64encode(msgspec.json.encode(named)).rstrip(b"=").decode()


def named_by(token: str) -> tuple[str, list[date]]:
    """Whose days a token names. Raises ValueError."""
    padded = token + "=" * (-len(token) % 4)
    email, *days = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=list[str])
    return email, [date.fromisoformat(day) for day in days]
