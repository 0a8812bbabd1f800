"""The people who walk: their accounts, devices and zones."""

import hashlib
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, field

from sandbox.points import SOURCES
from sandbox.store import Store
from sandbox.zones import local_date, reachable

DEFAULT_SYNC_SECONDS = 15 * 60
Instant = Annotated[datetime, Meta(tz=True)]
AccountState = Literal["ok", "not_linked", "no_profile", "legacy", "all_403"]


class Device(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paired device. Without a sync time or age it has just synced, or follows the walk."""

    id: str | None = None
    device_version: str = field(name="deviceVersion", default="Charge 6")
    device_type: str = field(name="deviceType", default="TRACKER")
    battery_status: str = field(name="batteryStatus", default="High")
    battery_level: Annotated[int, Meta(ge=0, le=100)] = field(name="batteryLevel", default=82)
    last_sync_time: Instant | None = field(name="lastSyncTime", default=None)
    sync_age_minutes: Annotated[float, Meta(ge=0, le=10**7)] | None = None
    features: list[str] = field(default_factory=lambda: ["STEPS", "HEART_RATE"])


class Walk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A living pattern: about `daily` steps every local day from `since` on, for ever."""

    since: date
    seed: int | str
    daily: Annotated[int, Meta(ge=0, le=200_000)] = 8000
    variation: Annotated[float, Meta(ge=0, le=1)] = 0.3
    sync_every_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    paused_since: Instant | None = None
    source: str = "fitbit"


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From this instant on the person lives in another zone."""

    at: Instant
    timezone: str


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One Google account. `timezone` is where it started; `moves` come after, oldest first."""

    email: Annotated[str, Meta(pattern=r"^[^@\s/]+@[^@\s/]+$", max_length=254)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    health_user_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,63}$")]
    legacy_user_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{6}$")]
    timezone: str = "America/New_York"
    account_state: AccountState = "ok"
    testing: bool = False
    devices: list[Device] = []
    walk: Walk | None = None
    moves: list[Move] = []

    def zone_at(self, timestamp: float) -> str:
        """The IANA zone the person lives in at an instant."""
        zone = self.timezone
        for move in self.moves:
            if move.at.timestamp() <= timestamp:
                zone = move.timezone
        return zone

    def zone_of(self, day: date) -> str:
        """The one zone that generated steps of a calendar day are stamped with."""
        return self.zone_at(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())

    def synced_until(self, now: float) -> float | None:
        """The walk's last device sync at `now`, or None for a person without a walk."""
        if self.walk is None:
            return None
        paused = self.walk.paused_since
        latest = now if paused is None else min(now, paused.timestamp())
        return latest - latest % (self.walk.sync_every_minutes * 60)


def drawn_up(doc: dict[str, Any], now: datetime) -> Person:
    """A person from control API JSON with everything left out filled in, the same every time.

    Raises msgspec.ValidationError, or ValueError for an unknown zone or source.
    """
    email = str(doc.get("email", "")).strip().lower()
    digest = hashlib.sha256(email.encode()).hexdigest()
    filled = {
        "name": email.split("@", maxsplit=1)[0].replace(".", " ").title() or "Nobody",
        "health_user_id": str(7 * 10**18 + int(digest[:15], 16) % 10**18),
        "legacy_user_id": digest[15:21].upper(),
        "devices": [{}],
        **doc,
        "email": email,
    }
    filled["devices"] = _numbered(filled["devices"])
    filled["walk"] = _walk(filled, now, seed=int(digest[:8], 16))
    person = msgspec.convert(filled, Person)
    _check(person)
    return person


def _numbered(devices: Any) -> Any:
    if not isinstance(devices, list) or not all(isinstance(one, dict) for one in devices):
        return devices
    return [{**one, "id": one.get("id") or str(2001 + at)} for at, one in enumerate(devices)]


def _walk(doc: dict[str, Any], now: datetime, *, seed: int) -> Any:
    walk = doc.get("walk")
    if not isinstance(walk, dict):
        return walk
    zone = str(doc.get("timezone", "America/New_York"))
    _check_zone(zone)
    since = local_date(zone, now.timestamp()) - timedelta(days=30)
    return {"since": since.isoformat(), "seed": seed, **walk}


def _check(person: Person) -> None:
    for zone in (person.timezone, *(move.timezone for move in person.moves)):
        _check_zone(zone)
    if [move.at for move in person.moves] != sorted(move.at for move in person.moves):
        raise ValueError("moves must be in order of time")
    if person.walk is not None:
        _check_walk(person.walk)


def _check_walk(walk: Walk) -> None:
    if walk.source not in SOURCES:
        raise ValueError(f"unknown source {walk.source!r}; known: {', '.join(SOURCES)}")
    paused = walk.since if walk.paused_since is None else walk.paused_since.date()
    if not (reachable(walk.since) and reachable(paused)):
        raise ValueError("since and paused_since must lie within reach of the sandbox")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {zone!r}") from None


def last_sync(device: Device, person: Person, now: float) -> float:
    """When a device last synced: as scripted, else with the walk, else a quarter hour ago."""
    if device.last_sync_time is not None:
        return device.last_sync_time.timestamp()
    if device.sync_age_minutes is not None:
        return now - device.sync_age_minutes * 60
    synced = person.synced_until(now)
    return now - now % DEFAULT_SYNC_SECONDS if synced is None else synced


class People:
    """Every person, in memory and written through to the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self.reload()

    def reload(self) -> None:
        """Read everybody again from the store."""
        rows = self._store.rows("SELECT doc FROM people ORDER BY rowid")
        everybody = [msgspec.json.decode(row["doc"], type=Person) for row in rows]
        self._people = {person.email: person for person in everybody}

    def all(self) -> list[Person]:
        """Everybody, in the order they were made."""
        return list(self._people.values())

    def get(self, email: str) -> Person | None:
        """The person with this address, whatever its case."""
        return self._people.get(email.strip().lower())

    def save(self, person: Person) -> None:
        """Store a new person or a changed one."""
        with self._lock:
            self._store.run(
                "INSERT INTO people (email, doc) VALUES (?, ?)"
                " ON CONFLICT (email) DO UPDATE SET doc = excluded.doc",
                person.email,
                msgspec.json.encode(person).decode(),
            )
            self._people[person.email] = person

    def remove(self, email: str) -> None:
        """Forget a person."""
        with self._lock:
            self._store.run("DELETE FROM people WHERE email = ?", email)
            self._people.pop(email, None)
