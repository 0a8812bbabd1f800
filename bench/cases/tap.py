"""From the tap on "Sync steps" to the new number on the board, while the background is busy.

The provider takes 200 ms per call. The clock starts with the request and stops when the board that
the app reads shows the steps that were scripted before the tap.
"""

import json
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from typing import Any

from bench.house import House
from bench.load import percentile
from bench.outcome import Row, at_most
from bench.people import access_token, now
from bench.sandbox import SandboxControl
from bench.sizes import Sizes
from bench.trackers import Wearer, make_due, wearers
from bench.warm import warm_up
from devstack.failures import DevstackError
from devstack.ports import LOOPBACK
from sync.tasks import CLAIM_BATCH, poll_due

PROVIDER_SECONDS = 0.2
AT_ONCE = 4
LOOK_EVERY_SECONDS = 0.1
PATIENCE_SECONDS = 60
_STEPS = count(9000, 100)


@dataclass(frozen=True, kw_only=True)
class _Tapped:
    seconds: tuple[float, ...]
    trips: tuple[int, ...]


def run(house: House, sizes: Sizes) -> list[Row]:
    """Measure taps of a few people at a time with the background queue full."""
    stack = house.stack
    sandbox = SandboxControl(stack.ports["sandbox"])
    workers = [each for each in stack.background() if each.name != "beat"]
    with house.running(stack.sandbox(), *workers), house.web():
        warm_up(house)
        tappers = wearers(sizes.tap_people, sandbox, now=now())
        backlog = wearers(sizes.tap_backlog, sandbox, now=now())
        tokens = [access_token(tapper.person) for tapper in tappers]
        _Taps(house.web_port, sandbox).all(tappers, tokens)
        sandbox.answer_after(PROVIDER_SECONDS)
        runs = [_run(house, sandbox, tappers, tokens, backlog) for _ in range(sizes.runs)]
    return _rows(runs)


def _run(
    house: House,
    sandbox: SandboxControl,
    tappers: list[Wearer],
    tokens: list[str],
    backlog: list[Wearer],
) -> _Tapped:
    make_due(backlog, now=now())
    for _ in range(-(-len(backlog) // CLAIM_BATCH)):
        poll_due.delay()
    sandbox.forget_calls()
    seconds = _Taps(house.web_port, sandbox).all(tappers, tokens)
    trips = [sandbox.calls_of(tapper.person.email) for tapper in tappers]
    return _Tapped(seconds=tuple(seconds), trips=tuple(trips))


class _Taps:
    """Some people tap, a few at a time; each has the new number when they are done."""

    def __init__(self, port: int, sandbox: SandboxControl) -> None:
        self._port = port
        self._sandbox = sandbox
        self._seconds: list[float] = []
        self._failed: list[BaseException] = []

    def all(self, tappers: list[Wearer], tokens: list[str]) -> list[float]:
        """Let everybody tap once; returns the seconds each had to wait."""
        waiting = list(zip(tappers, tokens, strict=True))
        threads = [threading.Thread(target=self._work, args=(waiting,)) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failed:
            raise self._failed[0]
        return self._seconds

    def _work(self, waiting: list[tuple[Wearer, str]]) -> None:
        try:
            while waiting:
                self._tap(*waiting.pop())
        except (DevstackError, OSError, IndexError) as error:
            self._failed.append(error)

    def _tap(self, tapper: Wearer, token: str) -> None:
        today = now().astimezone(tapper.person.zone).date().isoformat()
        before = self._score(tapper, token)
        self._sandbox.walk(tapper.person.email, today, next(_STEPS))
        begun = time.perf_counter()
        self._call("POST", "sync-requests", token, {})
        while self._score(tapper, token) == before:
            if time.perf_counter() - begun > PATIENCE_SECONDS:
                raise DevstackError("a tap has not brought the new number in a minute")
            time.sleep(LOOK_EVERY_SECONDS)
        self._seconds.append(time.perf_counter() - begun)

    def _score(self, tapper: Wearer, token: str) -> int:
        path = f"challenges/{tapper.game.pk}/leaderboard?limit=1"
        score: int = self._call("GET", path, token)["me"]["score"]
        return score

    def _call(self, method: str, path: str, token: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with closing(HTTPConnection(LOOPBACK, self._port, timeout=30)) as connection:
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/api/v1/{path}", text, headers)
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= 300:
            raise DevstackError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return json.loads(content)


def _rows(runs: list[_Tapped]) -> list[Row]:
    return [
        Row(
            name="tap-p50",
            unit="s",
            values=tuple(percentile(each.seconds, 50) for each in runs),
        ),
        Row(
            name="tap",
            unit="s p95",
            values=tuple(percentile(each.seconds, 95) for each in runs),
            goal=at_most(3, absolute=True),
        ),
        Row(
            name="tap-trips",
            unit="calls",
            values=tuple(float(max(each.trips)) for each in runs),
            goal=at_most(4, absolute=True),
        ),
    ]
