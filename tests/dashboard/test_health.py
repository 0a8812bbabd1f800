from datetime import UTC, datetime, timedelta

import pytest

from challenges.freshness import Freshness
from dashboard.health import Facts, Phone, Tracker, finding_of, person_finding

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def cloud(**fields):
    known = {"status": "active", "reason": "", "connected_at": NOW - 9 * DAY}
    known |= {"last_synced_at": NOW - HOUR, "provider": "fitbit", "is_relay": False}
    return Facts(**(known | fields))


def relay(*, seen=HOUR, status=None, skew=None, **fields):
    phone = Phone(
        seen_at=None if seen is None else NOW - seen, status=status or {}, clock_skew_seconds=skew
    )
    fields = {"last_data_at": NOW - HOUR, "phone": phone} | fields
    return cloud(provider="healthkit", is_relay=True, **fields)


def tracker(*, away=HOUR, battery="High"):
    return Tracker(name="Charge 6", battery=battery, synced_at=NOW - away)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (cloud(), None),
        (cloud(tracker=tracker()), None),
        (cloud(status="needs_reconnect", reason="scope_missing"), "scope_missing"),
        (cloud(status="needs_reconnect"), "needs_reconnect"),
        (cloud(status="disconnected", reason="disconnected_by_user"), "disconnected_by_user"),
        (cloud(failed_cause="provider_outage", tracker=tracker(away=DAY * 2)), "provider_outage"),
        (cloud(last_synced_at=None), "first_sync_pending"),
        (cloud(tracker=tracker(away=25 * HOUR)), "device_not_synced"),
        (cloud(tracker=tracker(away=23 * HOUR)), None),
        (cloud(tracker=tracker(away=25 * HOUR, battery="Low")), "device_battery_low"),
        (cloud(tracker=tracker(battery="EMPTY")), "device_battery_low"),
        (relay(), None),
        (relay(seen=None), "relay_not_set_up"),
        (relay(phone=None), "relay_not_set_up"),
        (relay(reason="misconfigured_grouping"), "misconfigured_grouping"),
        (relay(seen=25 * HOUR), "relay_silent"),
        (relay(seen=4 * HOUR, status={"low_power": True}), "relay_background_blocked"),
        (relay(seen=4 * HOUR, status={"background_refresh": "denied"}), "relay_background_blocked"),
        (relay(seen=HOUR, status={"low_power": True}), None),
        (relay(skew=-301), "device_clock_wrong"),
        (relay(last_data_at=None), "health_read_maybe_denied"),
        (relay(last_data_at=None, connected_at=NOW - HOUR), None),
    ],
)
def test_a_connection_is_judged_by_its_facts(facts, code):
    finding = finding_of(facts, now=NOW)
    assert (finding.code if finding else None) == code


def test_a_finding_says_since_when():
    away = finding_of(cloud(tracker=tracker(away=30 * HOUR)), now=NOW)
    silent = finding_of(relay(seen=30 * HOUR), now=NOW)
    left = finding_of(cloud(status="disconnected", reason="x", disconnected_at=NOW - DAY), now=NOW)
    assert [away.since, silent.since, left.since] == [NOW - 30 * HOUR, NOW - 30 * HOUR, NOW - DAY]


def test_a_person_without_connections_is_told_to_connect():
    assert person_finding([], state=Freshness.NONE, now=NOW).code == "no_connection"


def test_a_tracker_put_away_is_no_trouble_while_another_works():
    away = cloud(status="disconnected", reason="disconnected_by_user")
    assert person_finding([away, cloud()], state=Freshness.FRESH, now=NOW) is None
    assert person_finding([away], state=Freshness.BROKEN, now=NOW).code == "disconnected_by_user"


def test_data_that_is_late_without_a_reason_is_awaited():
    assert person_finding([cloud()], state=Freshness.STALE, now=NOW).code == "waiting_for_data"
