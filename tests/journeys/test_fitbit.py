"""From the consent page to the leaderboard, and everything that can happen to a connection."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.people import eventually

pytestmark = pytest.mark.slow
IN_TIME = 10.0
# Polls every 3 s, give or take a fifth; beat looks every 5 s.
BY_POLL = 20.0


@pytest.fixture
def connected(walker, account):
    """A walker whose first reading is in: 7,000 two days ago, then 8,000, then 4,321."""
    for ago, steps in enumerate((4321, 8000, 7000)):
        account.walk(walker.day(ago), total=steps)
    assert walker.connect(account.email) == "connected"
    eventually(lambda: walker.connection()["last_synced_at"], seconds=IN_TIME)
    return walker


def test_a_consent_brings_three_days_to_the_leaderboard_within_ten_seconds(
    walker, account, challenge
):
    walker.join(challenge)
    for ago, steps in enumerate((4321, 8000, 7000)):
        account.walk(walker.day(ago), total=steps)
    assert walker.connect(account.email) == "connected"
    eventually(lambda: walker.score(challenge) == 19_321, seconds=IN_TIME)
    assert walker.steps() == account.truth()
    me = walker.board(challenge)["me"]
    assert (me["freshness"], me["is_me"], me["steps"]) == ("fresh", True, 19_321)
    teams = walker.board(challenge, "teams")["entries"]
    assert any(team["is_me"] and team["score"] >= 19_321 for team in teams)


def test_a_tap_brings_new_steps_within_ten_seconds(connected, account):
    account.walk(connected.today, add=600)
    done = connected.follow(connected.tap(), seconds=IN_TIME)
    assert done["status"] == "done"
    eventually(lambda: connected.steps() == account.truth(), seconds=IN_TIME)
    assert connected.steps()[connected.today.isoformat()] == 4921


def test_steps_arrive_and_a_day_falls_with_nobody_tapping(connected, account, challenge):
    connected.join(challenge)
    account.walk(connected.today, add=700)
    account.walk(connected.day(1), total=6500)
    eventually(lambda: connected.steps() == account.truth(), seconds=BY_POLL)
    assert connected.steps()[connected.day(1).isoformat()] == 6500
    eventually(lambda: connected.score(challenge) == 5021 + 6500 + 7000, seconds=IN_TIME)
    history = connected.get(f"steps/{connected.day(1)}")["history"]
    assert [(change["from"], change["to"]) for change in history] == [(None, 8000), (8000, 6500)]


def test_disconnecting_stops_the_steps_and_coming_back_keeps_the_history(
    connected, account, house, new_walker, new_account
):
    before = connected.connection()
    assert connected.disconnect()["status"] == "disconnected"
    account.walk(connected.today, add=999)
    _await_a_round_of_polls(new_walker(), new_account())
    assert connected.steps()[connected.today.isoformat()] == 4321

    house.celery("call", "sync.tasks.revoke_pending")
    eventually(account.has_no_live_grant, seconds=IN_TIME)

    assert connected.connect(account.email, via=f"connections/{before['id']}/reconnect")
    eventually(lambda: connected.steps() == account.truth(), seconds=IN_TIME)
    after = connected.connection()
    assert (after["id"], after["status"], after["reason"]) == (before["id"], "active", None)
    assert len(connected.get(f"connections/{after['id']}/syncs")["results"]) >= 2


def _await_a_round_of_polls(witness, account) -> None:
    """Wait until steps of somebody who is connected have come by the periodic poll."""
    account.walk(witness.today, total=100)
    witness.connect(account.email)
    eventually(lambda: witness.steps() == account.truth(), seconds=IN_TIME)
    account.walk(witness.today, add=11)
    eventually(lambda: witness.steps() == account.truth(), seconds=BY_POLL)


def test_disconnecting_works_while_the_provider_hangs(connected, house):
    with house.frozen("sandbox"):
        answer = connected.disconnect()
        assert answer["status"] == "disconnected"
        assert connected.steps()[connected.today.isoformat()] == 4321


def test_reconnecting_with_another_account_is_refused(connected, new_account):
    connection = connected.connection()
    other = new_account()
    assert connected.connect(other.email, via=f"connections/{connection['id']}/reconnect") == (
        "wrong_account"
    )
    assert connected.connection()["status"] == "active"


def test_an_account_can_be_linked_by_one_person_only(connected, account, new_walker):
    somebody_else = new_walker()
    assert somebody_else.connect(account.email) == "account_linked_elsewhere"
    assert somebody_else.connection() is None


def test_refusing_and_unticking_are_told_apart(walker, account):
    assert walker.connect(account.email, deny=True) == "access_denied"
    assert walker.connect(account.email, untick=[".activity_and_fitness.readonly"]) == (
        "scope_missing"
    )
    assert walker.connection() is None
    assert walker.connect(account.email, untick=[".settings.readonly"]) == "connected"
    assert walker.connection()["missing_permissions"] == ["devices"]


def test_a_withdrawn_consent_is_named(connected, account):
    account.revoke()
    done = connected.follow(connected.tap(), seconds=IN_TIME)
    assert done["status"] == "failed"
    connection = connected.connection()
    assert (connection["status"], connection["reason"]) == ("needs_reconnect", "consent_revoked")
    [line] = connected.tap()["connections"]
    assert line["outcome"] == "needs_reconnect"
    assert connected.connect(account.email, via=f"connections/{connection['id']}/reconnect") == (
        "connected"
    )
    assert connected.connection()["status"] == "active"


def test_an_expired_token_is_refreshed_once_however_many_ask(connected, account):
    exchanges = account.calls("token")
    account.expire()
    account.walk(connected.today, add=400)
    with ThreadPoolExecutor(8) as crowd:
        taps = list(crowd.map(lambda _number: connected.tap(), range(8)))
    for tap in taps:
        assert connected.follow(tap)["status"] == "done"
    assert connected.steps() == account.truth()
    assert account.calls("token") == exchanges + 1
    assert connected.connection()["status"] == "active"
