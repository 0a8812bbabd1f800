"""A child process never outlives us, and Ctrl-C on the terminal does not reach it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from devstack import processes
from devstack.accounts import server_account
from tests.devstack.children import eventually, is_alive, python, sleeper

_SUPERVISOR = """
import time
from pathlib import Path
from devstack.processes import Process, spawn
sleep = Process(name="s", command=("/bin/sleep", "600"), env={}, cwd=Path("/"))
print(spawn(sleep, Path("/dev/null")).pid, flush=True)
time.sleep(600)
"""


def test_a_child_dies_with_a_supervisor_that_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", _SUPERVISOR], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: not is_alive(child), seconds=4)


def test_a_child_leads_a_session_of_its_own(tmp_path: Path):
    child = processes.spawn(sleeper("child", tmp_path), tmp_path / "log")
    assert os.getsid(child.pid) == child.pid
    child.kill()
    child.wait()


def test_the_servers_never_run_as_root(tmp_path: Path):
    log = tmp_path / "log"
    who = processes.Process(
        name="who", command=("/usr/bin/id", "-u"), env={}, cwd=Path("/"), account=server_account()
    )
    processes.spawn(who, log).wait()
    assert log.read_text().strip() not in {"", "0"}


def test_killing_a_group_takes_grandchildren_along(tmp_path: Path):
    code = (
        "import subprocess; p = subprocess.Popen(['sleep', '600']);"
        "print(p.pid, flush=True); p.wait()"
    )
    log = tmp_path / "log"
    child = processes.spawn(python("parent", code, tmp_path), log)
    assert eventually(lambda: log.read_text().strip().isdigit())
    processes.kill_group(child.pid)
    assert child.wait() == -signal.SIGKILL
    assert eventually(lambda: not is_alive(int(log.read_text())))


def test_the_end_of_a_log_is_shown(tmp_path: Path):
    log = tmp_path / "log"
    assert "no log" in processes.tail(log)
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    assert processes.tail(log, lines=2) == "    line 98\n    line 99"
