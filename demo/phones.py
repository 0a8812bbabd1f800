"""The people whose phone sends their steps: connected and uploaded as the app would do it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from demo import cast
from demo.cast import Persona, Trouble
from demo.phone_steps import samples_of
from demo.visitor import Visitor, sign_in

HISTORY_DAYS = 28
DAYS_AT_ONCE = 14
SILENT_FOR = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A phone with the token it was given."""

    persona: Persona
    token: str


def connect(persona: Persona, *, base_url: str) -> Phone:
    """Sign in and ask for a relay token, as the app does when it is set up."""
    person = sign_in(base_url=base_url, email=persona.email, password=cast.PASSWORD)
    answer = person.post("connections", {"provider": persona.tracker.value})
    return Phone(persona=persona, token=answer["relay_token"])


def send_history(phone: Phone, *, base_url: str, now: datetime) -> int:
    """Push four weeks, oldest first; return how many days. A silent phone stopped days ago."""
    silent = phone.persona.trouble is Trouble.TRACKER_SILENT
    return send(phone, base_url=base_url, now=now - SILENT_FOR if silent else now)


def send(phone: Phone, *, base_url: str, now: datetime, days: int = HISTORY_DAYS) -> int:
    """Push the last ``days`` local days as they stood at ``now``; returns how many days."""
    visitor = Visitor(base_url=base_url, token=phone.token)
    today = now.astimezone(ZoneInfo(phone.persona.zone)).date()
    for first, last in _stretches(today - timedelta(days=days - 1), today):
        visitor.upload(_body(phone.persona, first, last, now))
    return days


def _stretches(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(first + timedelta(days=DAYS_AT_ONCE - 1), last)
        yield first, end
        first = end + timedelta(days=1)


def _body(persona: Persona, first: date, last: date, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(persona.zone)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    return {
        "schema": "relay/1",
        "batch_id": f"{persona.email}:{first}:{now:%Y%m%dT%H%M%S}"[:120],
        "sent_at": now.isoformat(),
        "time_zone": persona.zone,
        "installation": {
            "id": persona.email.partition("@")[0],
            "platform": "ios",
            "os": "27.0.1",
            "app": "3.4.0",
            "build": "3401",
            "model": "iPhone17,1",
        },
        "samples": [
            sample
            for day in days
            for sample in samples_of(
                email=persona.email, day=day, zone=zone, daily=persona.daily, until=now
            )
        ],
        "status": _status(persona, now),
    }


def _status(persona: Persona, now: datetime) -> dict[str, Any]:
    """What the phone says about itself; the silent ones were told not to work in the background."""
    silent = persona.trouble is Trouble.TRACKER_SILENT
    return {
        "permission": "asked",
        "earliest_authorized": None,
        "protected_data": "available",
        "background_refresh": "denied" if silent else "available",
        "low_power": False,
        "watch_paired": True,
        "last_wake": now.isoformat(),
        "wake_reason": "observer",
        "failures_since_ok": 0,
    }
