"""From a step at the provider to the leaderboard by webhook alone: nothing is polled here."""

import json

import pytest
import requests

from tests.house import House, scratch
from tests.journeys.people import Google, Sandbox, Walker, eventually

pytestmark = pytest.mark.slow
PROJECT = "1234567890"
IN_TIME = 15.0
A_DAY = 86400


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    var = tmp_path_factory.mktemp("quiet") / "var"
    house = House(home=scratch(), var=var, poll_seconds=A_DAY)
    try:
        house.start()
        yield house
    finally:
        house.stop()


@pytest.fixture(scope="module")
def google(quiet):
    return Sandbox(quiet.sandbox_url)


@pytest.fixture(scope="module")
def operator(quiet, google, tmp_path_factory):
    """Return a function that runs the operators' command; it gives what was printed."""
    key = tmp_path_factory.mktemp("keys") / "service-account.json"
    key.write_text(json.dumps(google.call("GET", "rooms/google/service-account")))
    settings = {
        "PROVIDER_FITBIT_PROJECT_NUMBER": PROJECT,
        "PROVIDER_FITBIT_SERVICE_ACCOUNT_FILE": str(key),
    }

    def run(*arguments):
        command = ("manage.py", "fitbit_subscriber", *arguments)
        return quiet.run(quiet.process("fitbit_subscriber", *command, **settings))

    return run


@pytest.fixture(scope="module")
def people(quiet, zone):
    said = quiet.run(quiet.process("seed", "-m", "tests.journeys.seed", zone))
    return json.loads(said.splitlines()[-1])


@pytest.fixture(scope="module")
def subscribed(operator):
    """A subscriber that was verified by the real handshake and is active."""
    assert "made" in operator("create")
    assert "active" in operator("check")


@pytest.fixture
def walker(quiet, google, people, zone, subscribed):
    """Somebody connected, whose first reading is in."""
    email = people["walkers"].pop()
    walker = Walker(quiet.base_url, email, zone)
    walker.account = Google(google, f"of-{email}", zone)
    walker.account.walk(walker.today, total=1000)
    assert walker.connect(walker.account.email) == "connected"
    eventually(lambda: walker.connection()["last_synced_at"], seconds=IN_TIME)
    walker.join(people["challenges"]["Journey"])
    return walker


def triggers(walker):
    path = f"connections/{walker.connection()['id']}/syncs"
    return [run["trigger"] for run in walker.get(path)["results"]]


def test_late_steps_reach_the_board_without_any_poll(walker, google, people):
    challenge = people["challenges"]["Journey"]
    eventually(lambda: walker.score(challenge) == 1000, seconds=IN_TIME)
    walker.account.walk(walker.day(1), total=6500)
    walker.account.walk(walker.today, add=234)
    eventually(lambda: walker.score(challenge) == 1234 + 6500, seconds=IN_TIME)
    assert walker.steps() == walker.account.truth()
    assert set(triggers(walker)) == {"connect", "webhook"}


def test_a_day_older_than_any_usual_reading_is_read_when_it_is_named(walker):
    walker.account.walk(walker.day(60), total=4321)
    day = walker.day(60).isoformat()
    ago = {"from": day, "to": day}

    def read():
        [found] = walker.get("steps", **ago)["results"]
        return found["steps"]

    eventually(lambda: read() == 4321, seconds=IN_TIME)


def test_a_burst_of_messages_is_one_reading(walker, google):
    before = len(triggers(walker))
    google.call("PUT", "rooms/google/webhooks", copies=20)
    try:
        walker.account.walk(walker.today, add=50)
        eventually(lambda: walker.steps() == walker.account.truth(), seconds=IN_TIME)
    finally:
        google.call("DELETE", "rooms/google/webhooks")
    assert len(triggers(walker)) - before <= 2


def test_a_consent_withdrawn_at_google_is_noticed_without_a_tap(walker):
    walker.account.walk(walker.today, add=1)  # the stand-in only tells the end of what it has seen
    eventually(lambda: walker.steps() == walker.account.truth(), seconds=IN_TIME)
    walker.account.revoke()

    def stopped():
        found = walker.connection()
        return found if found["status"] == "needs_reconnect" else None

    assert eventually(stopped, seconds=IN_TIME)["reason"] == "consent_revoked"


def test_nothing_is_lost_while_our_server_is_away(walker, quiet, google):
    google.call("PUT", "rooms/google/webhooks", first_pause_seconds=0.5)
    quiet.kill("web")
    walker.account.walk(walker.today, add=77)
    quiet.attend_until(lambda: quiet.is_running("web"))
    quiet.attend(1)
    eventually(lambda: _steps_or_none(walker) == walker.account.truth(), seconds=60)
    google.call("DELETE", "rooms/google/webhooks")


def _steps_or_none(walker):
    """The known days, or None while the server is still on its way up."""
    try:
        return walker.steps()
    except requests.RequestException:
        return None


def test_a_forger_changes_nothing(walker, quiet):
    before = triggers(walker)
    address = f"{quiet.base_url}/webhooks/fitbit"
    for headers in ({}, {"Authorization": "Bearer guess"}):
        answer = requests.post(address, json=[], headers=headers, timeout=10)
        assert answer.status_code == 401
    assert triggers(walker) == before
