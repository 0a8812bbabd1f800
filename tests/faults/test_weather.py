"""Every way in which a provider can fail, each for somebody of their own, all at once."""

import time
from datetime import timedelta

import pytest

from tests.faults.endings import has_ended, runs, settled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WEATHER = {
    "500": {"kind": "500"},
    "503 with Retry-After": {"kind": "503", "retry_after": "2"},
    "504": {"kind": "504"},
    "429": {"kind": "429"},
    "429 with seconds": {"kind": "429", "retry_after": "2"},
    "429 with a date": {"kind": "429", "retry_after": "http-date"},
    "401": {"kind": "401"},
    "a page instead of JSON": {"kind": "html_200"},
    "an empty body": {"kind": "empty_body"},
    "silence": {"kind": "timeout", "seconds": 15},
    "a reset connection": {"kind": "connection_reset"},
    "a slow body": {"kind": "slow_body", "seconds": 25},
    "a cut body": {"kind": "cut_body"},
    "wrong types": {"kind": "wrong_types"},
    "huge numbers": {"kind": "huge_numbers"},
    "the API switched off": {"kind": "403_service_disabled"},
    "a refresh that fails": {"kind": "503", "target": "token"},
    "a refresh whose answer is lost": {"kind": "503", "target": "token", "processed": True},
    "our secret refused": {"kind": "invalid_client", "target": "token"},
}


def test_no_weather_costs_a_step_or_a_connection(house, sandbox, connected, challenge):
    people = {name: connected() for name in WEATHER}
    taps = {}
    for name, (walker, account) in people.items():
        fault = {"target": "dailyRollUp", "times": 1, **WEATHER[name]}
        account.walk(walker.today, add=234)
        if fault["target"] == "token":
            account.expire()
        sandbox.call("PUT", "faults", **fault, email=account.email)
        taps[name] = walker.tap()
    for name, (walker, _) in people.items():
        house.attend_until(lambda w=walker, n=name: has_ended(w, taps[n]), seconds=60)

    tapped_at = time.monotonic()
    waiting = dict(people)
    while waiting:
        house.attend(1)
        assert time.monotonic() - tapped_at < 120, f"not settled: {sorted(waiting)}"
        waiting = {
            name: (walker, account)
            for name, (walker, account) in waiting.items()
            if not settled(walker, account, challenge)
        }
        for walker, _ in waiting.values():
            walker.tap()
    for walker, account in people.values():
        assert account.truth() == {walker.today.isoformat(): 1234}


def test_withdrawn_consent_is_the_persons_to_mend_and_nobody_elses(house, connected, challenge):
    (walker, account), (bystander, other) = connected(), connected()
    account.revoke()
    tap = walker.tap()
    house.attend_until(lambda: has_ended(walker, tap))
    connection = walker.connection()
    assert (connection["status"], connection["reason"]) == ("needs_reconnect", "consent_revoked")
    assert walker.steps() == {walker.today.isoformat(): 1000}
    other.walk(bystander.today, add=50)
    bystander.tap()
    house.attend_until(lambda: settled(bystander, other, challenge))


def test_a_day_that_vanishes_or_falls_at_the_provider_is_followed(house, connected, challenge):
    walker, account = connected(steps=9000)
    account.walk(walker.today, total=4000)
    account.walk(walker.today - timedelta(days=1), total=7000)
    walker.tap()
    house.attend_until(lambda: settled(walker, account, challenge))
    assert len(runs(walker)) == 2
