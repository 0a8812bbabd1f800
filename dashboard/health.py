"""What is wrong with a connection and with a person's data. Pure: values in, values out.

Some causes are written down by the engine (a status with its reason, a failed run), others follow
from silence: a phone not heard from, a tracker that does not reach its cloud.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from challenges.freshness import Freshness

SILENT_AFTER = timedelta(hours=24)
QUIET_AFTER = timedelta(hours=3)
CLOCK_TOLERANCE_SECONDS = 300
LOW_BATTERY = frozenset({"low", "empty"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """The phone of a relay as it last reported; ``status`` is its own block of flags."""

    seen_at: datetime | None
    status: dict[str, Any] = field(default_factory=dict)
    clock_skew_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """The tracker of a cloud connection that reached its cloud last."""

    name: str
    battery: str
    synced_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one connection. ``failed_cause`` is None unless its last run failed."""

    provider: str
    is_relay: bool
    status: str
    reason: str
    connected_at: datetime
    disconnected_at: datetime | None = None
    last_synced_at: datetime | None = None
    last_data_at: datetime | None = None
    next_sync_at: datetime | None = None
    failed_cause: str | None = None
    last_run_at: datetime | None = None
    syncing: bool = False
    phone: Phone | None = None
    tracker: Tracker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A cause (a code of ``dashboard.causes``), the provider it is about, and since when."""

    code: str
    provider: str = ""
    since: datetime | None = None


def finding_of(facts: Facts, *, now: datetime) -> Finding | None:
    """Return what is wrong with a connection, or None."""
    if facts.status != "active":
        since = facts.disconnected_at or facts.last_run_at
        return _finding(facts, facts.reason or facts.status, since)
    if facts.failed_cause is not None:
        return _finding(facts, facts.failed_cause, facts.last_synced_at or facts.connected_at)
    return _phone_finding(facts, now) if facts.is_relay else _cloud_finding(facts, now)


def person_finding(
    connections: Sequence[Facts], *, state: Freshness, now: datetime
) -> Finding | None:
    """Return the one thing to say about a person: the first trouble, or that data is awaited.

    A tracker the person put away themselves is no trouble while another one works.
    """
    if not connections:
        return Finding(code="no_connection")
    works = any(facts.status == "active" for facts in connections)
    relevant = [facts for facts in connections if not (works and facts.status == "disconnected")]
    found = [finding for facts in relevant if (finding := finding_of(facts, now=now))]
    if found:
        return found[0]
    return None if state is Freshness.FRESH else Finding(code="waiting_for_data")


def _finding(facts: Facts, code: str, since: datetime | None) -> Finding:
    return Finding(code=code, provider=facts.provider, since=since)


def _phone_finding(facts: Facts, now: datetime) -> Finding | None:
    phone = facts.phone
    if phone is None or phone.seen_at is None:
        return _finding(facts, "relay_not_set_up", facts.connected_at)
    silence = now - phone.seen_at
    skew = abs(phone.clock_skew_seconds or 0)
    rules = {
        "misconfigured_grouping": facts.reason == "misconfigured_grouping",
        "relay_silent": silence > SILENT_AFTER,
        "relay_background_blocked": silence > QUIET_AFTER and _is_held_back(phone.status),
        "device_clock_wrong": skew > CLOCK_TOLERANCE_SECONDS,
        "health_read_maybe_denied": (
            facts.last_data_at is None and now - facts.connected_at > SILENT_AFTER
        ),
    }
    code = next((code for code, applies in rules.items() if applies), None)
    return _finding(facts, code, phone.seen_at) if code else None


def _is_held_back(status: dict[str, Any]) -> bool:
    denied = status.get("background_refresh") in {"denied", "restricted"}
    return denied or status.get("low_power") is True


def _cloud_finding(facts: Facts, now: datetime) -> Finding | None:
    if facts.last_synced_at is None:
        return _finding(facts, "first_sync_pending", facts.connected_at)
    tracker = facts.tracker
    if tracker is None:
        return None
    if tracker.battery.lower() in LOW_BATTERY:
        return _finding(facts, "device_battery_low", tracker.synced_at)
    away = tracker.synced_at is not None and now - tracker.synced_at > SILENT_AFTER
    return _finding(facts, "device_not_synced", tracker.synced_at) if away else None
