"""The whole demo with real servers, gunicorn and Celery, on a stand-in application."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.devstack.children import eventually
from tests.devstack.demo_run import (
    DemoRun,
    devstack,
    make_checkout,
    processes_of,
    remove_checkout,
)

pytestmark = pytest.mark.slow
Start = Callable[..., DemoRun]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    made = make_checkout(tmp_path)
    yield made
    remove_checkout(made)


@pytest.fixture
def start(checkout: Path) -> Iterator[Start]:
    runs: list[DemoRun] = []

    def start(*arguments: str) -> DemoRun:
        runs.append(DemoRun(checkout, *arguments))
        return runs[-1]

    yield start
    for run in runs:
        run.close()
    assert eventually(lambda: not processes_of(checkout))


def _loads(checkout: Path) -> int:
    return int(json.loads((checkout / "var" / "demo.json").read_text())["loads"])


def _kill_worker(checkout: Path, name: bytes) -> None:
    for pid in processes_of(checkout):
        if name in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)


def test_a_demo_from_start_to_stop(start: Start, checkout: Path):
    demo = start()
    assert demo.says("ready"), demo.output
    assert "email=ada@example.org  password=secret" in demo.output
    assert "a.b.c" not in demo.output

    for command in (["demo"], ["demo-reset", "--only"], ["clean"]):
        refused = devstack(checkout, *command)
        assert refused.returncode == 1
        assert "demo is running in this checkout" in refused.stderr

    _kill_worker(checkout, b"interactive@")
    assert demo.says("worker-interactive started again")

    begun = time.monotonic()
    assert demo.send(signal.SIGTERM) == 0
    assert time.monotonic() - begun < 6
    assert not processes_of(checkout)


def test_a_reset_starts_afresh_and_clean_removes_everything(start: Start, checkout: Path):
    for command in ("demo", "demo-reset"):
        demo = start(command)
        assert demo.says("ready"), demo.output
        assert _loads(checkout) == 1
        assert demo.send(signal.SIGINT) == 0
    assert devstack(checkout, "demo-reset", "--only").returncode == 0
    assert not (checkout / "var" / "demo.json").exists()
    assert devstack(checkout, "clean").returncode == 0
    assert not (checkout / "var").exists()


def test_killing_the_supervisor_leaves_nothing_and_the_next_start_works(
    start: Start, checkout: Path
):
    demo = start()
    assert demo.says("ready"), demo.output
    assert len(processes_of(checkout)) > 8
    demo.send(signal.SIGKILL)
    again = start()  # at once, while the old servers are still going down
    assert again.says("ready"), again.output
    assert _loads(checkout) == 2
    assert again.output.split("ready: ")[1] == demo.output.split("ready: ")[1]
    again.send(signal.SIGKILL)
    assert eventually(lambda: not processes_of(checkout), seconds=5)


def test_a_demo_that_is_broken_off_early_starts_the_next_time(start: Start, checkout: Path):
    for seconds in (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 1.5):
        early = start()
        time.sleep(seconds)
        early.send(signal.SIGINT)
        assert eventually(lambda: not processes_of(checkout), seconds=5)
    demo = start()
    assert demo.says("ready"), demo.output
    assert demo.send(signal.SIGTERM) == 0


def test_a_demo_that_cannot_start_says_why_and_leaves_nothing(start: Start, checkout: Path):
    (checkout / "manage.py").write_text("raise SystemExit('the migration is broken')\n")
    demo = start()
    assert not demo.says("ready")
    assert demo.process.wait(20) == 1
    assert eventually(lambda: "the migration is broken" in demo.output)
    assert not processes_of(checkout)
