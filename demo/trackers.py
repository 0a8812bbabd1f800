"""The people with a tracker: accounts in the sandbox that go on walking, connected for real."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from demo import cast
from demo.browser import consent, outcome
from demo.cast import Persona, Tracker, Trouble
from demo.sandbox_control import SandboxControl
from demo.visitor import Visitor, sign_in
from integrations import registry

HISTORY = timedelta(days=28)
SILENT_FOR = timedelta(days=4)
EMPTY_FOR = timedelta(hours=30)
SYNC_EVERY_MINUTES = 5
MODELS = ("Charge 6", "Inspire 3", "Versa 4", "Sense 2", "Pixel Watch 4")
SETTINGS_SCOPE = ".settings.readonly"


def ensure_accounts(sandbox: SandboxControl, people: Iterable[Persona], *, now: datetime) -> int:
    """Make the accounts that are missing, the tour's among them; return how many were made."""
    known = sandbox.emails()
    owners = (each for each in people if _has_account(each) and each.email not in known)
    missing = [account(persona, now=now) for persona in owners]
    if missing:
        sandbox.add(missing)
    return len(missing)


def account(persona: Persona, *, now: datetime) -> dict[str, Any]:
    """Describe an account for the sandbox; its walk never ends."""
    since = (now - HISTORY).date()
    walk: dict[str, Any] = {
        "daily": persona.daily,
        "variation": 0.35,
        "since": since.isoformat(),
        "sync_every_minutes": SYNC_EVERY_MINUTES,
    }
    stopped = {Trouble.TRACKER_SILENT: SILENT_FOR, Trouble.BATTERY_EMPTY: EMPTY_FOR}
    if persona.trouble in stopped:
        walk["paused_since"] = (now - stopped[persona.trouble]).isoformat()
    refused = persona.trouble is Trouble.REFUSED_AT_CONNECT
    return {
        "email": persona.email,
        "name": persona.name,
        "timezone": persona.zone,
        "account_state": "not_linked" if refused else "ok",
        "devices": [_device(persona)],
        "walk": walk,
    }


def connect(persona: Persona, *, base_url: str) -> str:
    """Sign in, open the consent page, allow, and come back; return the outcome's code."""
    person = sign_in(base_url=base_url, email=persona.email, password=cast.PASSWORD)
    started = person.post("connections", {"provider": persona.tracker.value})
    unticked = (SETTINGS_SCOPE,) if persona.trouble is Trouble.DEVICES_NOT_ALLOWED else ()
    landing = consent(started["authorization_url"], account=persona.email, untick=unticked)
    return outcome(landing)


def push_days(persona: Persona, *, sandbox: SandboxControl, base_url: str, now: datetime) -> None:
    """Let Garmin, which is never asked, send the days of somebody who is connected."""
    secret = registry.config_of(Tracker.GARMIN).values["webhook_path"]
    url = f"{base_url}/webhooks/garmin/{secret}"
    today = now.astimezone(ZoneInfo(persona.zone)).date()
    days = [today - timedelta(days=ago) for ago in range(HISTORY.days + 1)]
    sandbox.push(persona.email, url=url, days=days)


def disconnect(person: Visitor) -> None:
    """Take the person's connections away again."""
    for connection in person.get("connections")["results"]:
        person.post(f"connections/{connection['id']}/disconnect")


def _has_account(persona: Persona) -> bool:
    return persona.tracker in {*cast.CLOUDS, Tracker.MISFIT} or persona.email == cast.TOURIST


def _device(persona: Persona) -> dict[str, Any]:
    number = sum(persona.email.encode())
    level = 0 if persona.trouble is Trouble.BATTERY_EMPTY else 15 + number % 85
    return {
        "deviceVersion": MODELS[number % len(MODELS)],
        "batteryStatus": _battery(level),
        "batteryLevel": level,
    }


def _battery(level: int) -> str:
    if level == 0:
        return "Empty"
    return "Low" if level < 25 else "Medium" if level < 60 else "High"
