"""Ordered start, readiness, restarts with a limit, ordered stop."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.failures import StopRequestedError
from devstack.restarts import RestartLimit
from devstack.supervisor import ProcessFailedError, Supervisor
from tests.devstack.children import eventually, is_alive, python, sleeper


@pytest.fixture
def events() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, events: list[str]) -> Iterator[Supervisor]:
    def quick() -> RestartLimit:
        return RestartLimit(times=2, first_wait=0.05)

    supervisor = Supervisor(log=tmp_path, report=events.append, new_limit=quick)
    yield supervisor
    supervisor.stop()


def _wait(supervisor: Supervisor, condition) -> bool:
    def look() -> bool:
        supervisor.wait()
        return bool(condition())

    return eventually(look)


def test_start_waits_until_the_process_is_ready(supervisor: Supervisor, tmp_path: Path):
    sign = tmp_path / "sign"
    code = f"import time; time.sleep(0.3); open({str(sign)!r}, 'w'); time.sleep(600)"
    supervisor.start(python("web", code, tmp_path, ready=lambda _pid: sign.exists()))
    assert sign.exists()


def test_a_process_that_dies_at_start_shows_the_end_of_its_log(
    supervisor: Supervisor, tmp_path: Path
):
    doomed = python("web", "raise SystemExit('no such table')", tmp_path, ready=lambda _pid: False)
    with pytest.raises(
        ProcessFailedError, match=r"ended with status 1 at start.*\n.*no such table"
    ):
        supervisor.start(doomed)


def test_a_process_that_does_not_come_up_in_time_is_given_up(
    supervisor: Supervisor, tmp_path: Path
):
    with pytest.raises(ProcessFailedError, match="did not come up"):
        supervisor.start(sleeper("web", tmp_path, ready=lambda _pid: False, ready_seconds=0.2))


def test_a_killed_worker_is_started_again(
    supervisor: Supervisor, tmp_path: Path, events: list[str]
):
    supervisor.start(sleeper("worker", tmp_path))
    first = supervisor.children["worker"].popen.pid
    os.kill(first, signal.SIGKILL)
    assert _wait(supervisor, lambda: supervisor.children["worker"].popen.pid != first)
    assert "worker was killed by signal 9; starting it again" in events[0]
    assert events[1] == "worker started again"


def test_a_worker_that_ends_by_itself_is_started_again_too(
    supervisor: Supervisor, tmp_path: Path, events: list[str]
):
    supervisor.start(python("worker", "import time; time.sleep(0.2)", tmp_path))
    assert _wait(supervisor, lambda: "worker started again" in events)
    assert "worker ended with status 0" in events[0]


def test_a_worker_that_dies_again_and_again_ends_the_run(supervisor: Supervisor, tmp_path: Path):
    supervisor.start(python("worker", "raise SystemExit('bad setting')", tmp_path))
    with pytest.raises(ProcessFailedError, match=r"again and again.*\n(.*\n)*.*bad setting"):
        supervisor.watch()


def test_what_a_dead_process_has_started_is_gone_before_the_restart(
    supervisor: Supervisor, tmp_path: Path
):
    code = (
        "import subprocess; p = subprocess.Popen(['sleep', '600']);"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(p.pid)); raise SystemExit(1)"
    )
    supervisor.start(python("web", code, tmp_path))
    with pytest.raises(ProcessFailedError):
        supervisor.watch()
    assert eventually(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_everything_stops_in_the_order_of_the_ranks(supervisor: Supervisor, tmp_path: Path):
    code = """
import signal, sys, time
def stop(*_):
    time.sleep(0.1)
    open("order", "a").write(sys.argv[0] + NAME)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
open(NAME, "w")
time.sleep(600)
"""
    for name, rank in (("postgres", 30), ("valkey", 20), ("web", 0)):
        up = (tmp_path / name).exists
        process = python(name, f"NAME = {name!r}\n{code}", tmp_path, stop_rank=rank)
        supervisor.start(process)
        assert eventually(up)
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "-cweb-cvalkey-cpostgres"


def test_a_process_that_ignores_the_signal_is_killed(supervisor: Supervisor, tmp_path: Path):
    sign = tmp_path / "sign"
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(sign)!r}, 'w'); time.sleep(600)"
    )
    supervisor.start(
        python("worker", code, tmp_path, stop_seconds=0.2, ready=lambda _: sign.exists())
    )
    pid = supervisor.children["worker"].popen.pid
    begun = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - begun < 2
    assert not is_alive(pid)


def test_a_stop_request_breaks_off_a_one_off_process(supervisor: Supervisor, tmp_path: Path):
    supervisor.stop_flag.requested = True
    begun = time.monotonic()
    with pytest.raises(StopRequestedError):
        supervisor.run(sleeper("migrate", tmp_path))
    assert time.monotonic() - begun < 3


def test_a_one_off_process_that_fails_says_why(supervisor: Supervisor, tmp_path: Path):
    with pytest.raises(ProcessFailedError, match=r"migrate ended with status 1.*\n.*broken"):
        supervisor.run(python("migrate", "raise SystemExit('broken')", tmp_path))
