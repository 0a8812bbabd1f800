"""Redis emptied, servers restarted, a second engine beside the first: nothing lost or doubled."""

import signal
import threading
import time
from dataclasses import replace

import pytest
import redis
import requests

from tests.faults.endings import has_ended, runs, settled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def empty_redis(house) -> None:
    redis.Redis.from_url(house.stack.redis_url).flushall()


def test_taps_whose_messages_were_flushed_away_are_carried_out(house, connected, challenge):
    people = [connected() for _ in range(4)]
    with house.frozen("worker-interactive"):
        taps = []
        for walker, account in people:
            account.walk(walker.today, add=234)
            taps.append(walker.tap())
        empty_redis(house)
    for (walker, account), tap in zip(people, taps, strict=True):
        house.attend_until(lambda w=walker, t=tap: has_ended(w, t), seconds=90)
        house.attend_until(lambda w=walker, a=account: settled(w, a, challenge))


def test_a_board_that_was_flushed_away_never_shows_a_wrong_rank(house, connected, challenge):
    (first, _), (second, _) = connected(steps=20_000), connected(steps=10_000)
    ranks = {walker: walker.board(challenge)["me"]["rank"] for walker in (first, second)}
    empty_redis(house)
    begun = time.monotonic()
    while time.monotonic() - begun < 12:  # longer than the refill takes to come round
        house.attend(0.2)
        for walker, rank in ranks.items():
            assert walker.board(challenge)["me"]["rank"] == rank


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_server_restarted_under_load_loses_no_tap(house, server, connected, challenge):
    people = [connected() for _ in range(4)]
    for walker, account in people:
        account.walk(walker.today, add=234)
        walker.tap()
    house.kill(server)
    house.attend_until(lambda: not house.is_running(server))
    house.attend_until(lambda: house.is_running(server))
    for walker, account in people:
        house.attend_until(lambda w=walker, a=account: settled(w, a, challenge), seconds=120)


def test_two_beats_and_two_pollers_ask_once(house, sandbox, connected):
    people = [connected() for _ in range(6)]
    before = {walker: len(runs(walker)) for walker, _ in people}
    calls = {account: account.calls("dailyRollUp") for _, account in people}
    twins = [
        replace(process, name=f"second-{process.name}", command=_renamed(process.command))
        for process in house.stack.background()
        if process.name in {"worker-sync", "worker-default", "beat"}
    ]
    house.supervisor.launch(*twins)
    house.attend(4)
    emails = [walker.email for walker, _ in people]
    house.query(
        "UPDATE sync_schedule SET next_sync_at = now() WHERE connection_id IN ("
        "SELECT c.id FROM integrations_connection c JOIN users_user u ON u.id = person_id "
        "WHERE u.email = ANY(%s)) RETURNING 1",
        emails,
    )
    house.attend_until(
        lambda: all(len(runs(walker)) > before[walker] for walker, _ in people), seconds=60
    )
    house.attend(8)
    for twin in twins:
        house.supervisor.children.pop(twin.name).popen.kill()
    for walker, account in people:
        assert len(runs(walker)) == before[walker] + 1
        assert account.calls("dailyRollUp") == calls[account] + 1


def _renamed(command: tuple[str, ...]) -> tuple[str, ...]:
    """Another node name, another file for beat's memory."""
    return tuple(f"second-{word}" if "@%h" in word else word for word in command[:-1]) + (
        (f"{command[-1]}-second",) if command[-2] == "-s" else (command[-1],)
    )


def test_a_deploy_under_load_refuses_nobody(house, connected, challenge):
    walker, account = connected()
    seen, over = [], threading.Event()

    def look():
        while not over.is_set():
            try:
                answer = requests.get(
                    f"{house.base_url}/api/v1/steps",
                    headers={"Authorization": f"Bearer {walker.token}"},
                    timeout=20,
                )
                seen.append(answer.status_code)
            except requests.RequestException as error:
                seen.append(repr(error))
            time.sleep(0.01)

    onlookers = [threading.Thread(target=look) for _ in range(3)]
    for each in onlookers:
        each.start()
    house.supervisor.children["web"].popen.send_signal(signal.SIGHUP)  # gunicorn: new workers
    account.walk(walker.today, add=234)
    tap = walker.tap()
    house.supervisor.children["worker-interactive"].popen.send_signal(signal.SIGTERM)
    house.attend_until(lambda: has_ended(walker, tap), seconds=90)
    house.attend_until(lambda: settled(walker, account, challenge), seconds=90)
    over.set()
    for each in onlookers:
        each.join()
    assert set(seen) == {200}
