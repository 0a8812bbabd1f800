"""A worker is killed at every step of a run; the run is taken over and writes once."""

from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from tests.faults.endings import has_ended, runs, settled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
VICTIM = "worker-interactive"
LATE = {"kind": "latency", "seconds": 40, "times": 1}


@contextmanager
def row_held(house, email):
    """Hold a person's row, for which whoever stores their days has to wait."""
    with psycopg.connect(house.stack.database_url) as connection:
        connection.execute("SELECT id FROM users_user WHERE email = %s FOR NO KEY UPDATE", (email,))
        yield
        connection.rollback()


def waits_for_a_row(house) -> bool:
    return bool(house.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


def is_running(house, walker) -> bool:
    found = house.query(
        "SELECT 1 FROM sync_run JOIN integrations_connection c ON c.id = connection_id "
        "JOIN users_user u ON u.id = person_id WHERE u.email = %s AND state = 'running'",
        walker.email,
    )
    return bool(found)


def test_a_worker_killed_at_any_step_neither_loses_nor_doubles(
    house, sandbox, connected, challenge
):
    people = {step: connected() for step in ("waiting", "refreshing", "asking", "storing")}
    for _, account in people.values():
        account.walk(people["waiting"][0].today, add=234)
    people["refreshing"][1].expire()
    for step, target in (("refreshing", "token"), ("asking", "dailyRollUp")):
        sandbox.call("PUT", "faults", **LATE, target=target, email=people[step][1].email)

    taps = {}
    with row_held(house, people["storing"][0].email):
        for step in ("refreshing", "asking", "storing"):
            taps[step] = people[step][0].tap()
            house.attend_until(lambda s=step: is_running(house, people[s][0]))
        house.attend_until(lambda: waits_for_a_row(house))
        with house.frozen(VICTIM):
            taps["waiting"] = people["waiting"][0].tap()
            house.kill(VICTIM)
    sandbox.call("DELETE", "faults")

    for step, (walker, account) in people.items():
        house.attend_until(lambda w=walker, s=step: has_ended(w, taps[s]), seconds=200)
        house.attend_until(lambda w=walker, a=account: settled(w, a, challenge))
        assert account.truth() == {walker.today.isoformat(): 1234}
        assert [run["result"] for run in runs(walker)] == ["done", "done"], step


def test_a_worker_killed_between_commit_and_acknowledgement_repeats_nothing(
    house, connected, challenge
):
    walker, account = connected()
    account.walk(walker.today, add=234)
    with ExitStack() as redis_gone:
        with row_held(house, walker.email):
            tap = walker.tap()
            house.attend_until(lambda: waits_for_a_row(house))
            redis_gone.enter_context(house.frozen("valkey"))
        house.attend_until(lambda: not is_running(house, walker))
        house.kill(VICTIM)
    house.attend_until(lambda: not house.is_running(VICTIM))
    house.attend_until(lambda: house.is_running(VICTIM))
    house.attend_until(lambda: settled(walker, account, challenge), seconds=60)
    assert has_ended(walker, tap)
    assert [run["result"] for run in runs(walker)] == ["done", "done"]
