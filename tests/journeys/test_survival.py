"""Processes are killed without warning while people push and tap: what was acknowledged is kept."""

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import requests

from tests.journeys.people import Phone, eventually

pytestmark = pytest.mark.slow
HOURS_BACK = 24 * 20


class Pusher(threading.Thread):
    """A phone that pushes one sample after the other, each into an hour of its own, only once."""

    def __init__(self, phone, noon) -> None:
        super().__init__(daemon=True)
        self.phone, self.noon = phone, noon
        self.acknowledged: dict[datetime, int] = {}
        self.stopped = threading.Event()

    def run(self) -> None:
        for number in count(1):
            if self.stopped.is_set() or number > HOURS_BACK:
                return
            self._push(self.noon - timedelta(hours=number), 100 + number)
            time.sleep(0.02)

    def _push(self, hour, steps) -> None:
        sample = {
            "id": hour.isoformat(),
            "start": hour.isoformat(),
            "end": (hour + timedelta(minutes=30)).isoformat(),
            "count": steps,
            "source": {"app": "com.apple.health.AA", "name": "iPhone", "product": "iPhone17,1"},
        }
        try:
            answer = self.phone.push(samples=[sample])
        except requests.RequestException:
            return
        if answer.status_code == 200:
            assert answer.json()["accepted"] == 1
            self.acknowledged[hour] = steps
        assert answer.status_code in {200, 500, 502, 503}, answer.text


@pytest.fixture
def pusher(walker):
    noon = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    pusher = Pusher(Phone(walker), noon)
    pusher.start()
    yield pusher
    pusher.stopped.set()
    pusher.join(30)


def _is_ready(house) -> bool:
    try:
        return requests.get(f"{house.base_url}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def _day_unless_unavailable(walker, date):
    """The day, or None while a web process has not found its way back to the database yet.

    It says so with a 503, and a client tries again.
    """
    try:
        return walker.get(f"steps/{date}")
    except requests.HTTPError as error:
        if error.response.headers.get("Retry-After") != "5":
            raise
        return None


def _hours_in_ledger(walker, dates) -> dict[datetime, int]:
    found = {}
    for date in dates:
        day = eventually(lambda d=date: _day_unless_unavailable(walker, d), seconds=30)
        for hour in day["hours"]:
            found[datetime.fromisoformat(hour["start"])] = hour["steps"]
    return found


@pytest.fixture(scope="module")
def cut_off():
    """Who tapped just before something was killed: ``(walker, account, tap)``."""
    return []


@pytest.mark.parametrize("victim", ["worker-interactive", "postgres", "valkey", "web", "beat"])
def test_whatever_was_acknowledged_survives_a_killed_process(
    house, victim, pusher, new_walker, new_account, challenge, cut_off
):
    walker, account = new_walker(), new_account()
    account.walk(walker.today, total=1000)
    walker.join(challenge)
    assert walker.connect(account.email) == "connected"
    eventually(lambda: walker.steps() == account.truth())
    account.walk(walker.today, add=234)
    before = len(pusher.acknowledged)

    cut_off.append((walker, account, walker.tap()))
    house.kill(victim)
    house.attend_until(lambda: not house.is_running(victim))
    house.attend_until(lambda: house.is_running(victim) and _is_ready(house))
    house.attend_until(lambda: len(pusher.acknowledged) > before + 20)
    pusher.stopped.set()
    pusher.join(30)

    dates = {hour.date().isoformat() for hour in pusher.acknowledged}
    kept = _hours_in_ledger(pusher.phone.owner, sorted(dates | {_next(date) for date in dates}))
    assert {hour: kept.get(hour) for hour in pusher.acknowledged} == pusher.acknowledged


@pytest.mark.timeout(200)
def test_every_tap_that_was_cut_off_comes_to_its_end(house, cut_off, challenge):
    for walker, account, tap in cut_off:
        house.attend_until(lambda w=walker, t=tap: _has_ended(w, t), seconds=180)
        house.attend_until(lambda w=walker, a=account: w.steps() == a.truth())
        house.attend_until(lambda w=walker: w.score(challenge) == 1234)


def _has_ended(walker, tap) -> bool:
    return walker.get(f"sync-requests/{tap['id']}")["status"] != "running"


def _next(date: str) -> str:
    return (datetime.fromisoformat(date) + timedelta(days=1)).date().isoformat()
