"""The demo as a visitor starts it: in a copy of the checkout, killed, resumed, stopped, started."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from demo import cast
from demo.cast import Tracker
from demo.keys import LOGINS
from devstack import places, ports
from devstack.stack import USUAL_PORTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "var", ".*_cache", "__pycache__", ".hypothesis")
READY_SECONDS = 120
# Nobody tells a process to hurry when its parent is killed: threads may wait for the database.
LINGERING_SECONDS = 40


class Demo:
    """One checkout's demo: started, watched by its output, and stopped."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.output = root.parent / "output.txt"
        self.keys = root / "var" / "demo.json"

    def start(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "devstack", "demo"],
                cwd=self.root,
                env=kept,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def await_line(self, words: str) -> str:
        """Wait until the demo has said something with these words; return all it has said."""
        deadline = time.monotonic() + READY_SECONDS
        while words not in (said := self.output.read_text()):
            assert self.process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        return said

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def processes(self) -> list[str]:
        """Return the command lines of everything that works in this checkout or on its data."""
        homes = tuple(str(home) for home in (self.root, places.data_dir(self.root)))
        return [
            command
            for pid in Path("/proc").iterdir()
            if pid.name.isdigit() and (command := _command(pid, homes))
        ]


def _command(process: Path, homes: tuple[str, ...]) -> str:
    """Return the command line of a process that lives below ``homes``, else nothing."""
    try:
        command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        at_home = str((process / "cwd").readlink()).startswith(homes)
    except OSError:
        return ""
    return command if at_home else ""


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    root = tmp_path_factory.mktemp("checkout") / "stepwell"
    shutil.copytree(places.ROOT, root, ignore=LEFT_OUT)
    _choose_unusual_ports(root)
    demo = Demo(root)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.kill()
        _wait_for(lambda: not demo.processes(), LINGERING_SECONDS)
        shutil.rmtree(places.data_dir(root), ignore_errors=True)


def _choose_unusual_ports(root: Path) -> None:
    """Somebody may be looking at a demo on the usual ports right now."""
    chosen: dict[str, int] = {}
    for name in USUAL_PORTS:
        chosen[name] = ports.free_port(chosen.values())
    (root / "var").mkdir()
    (root / "var" / "ports.json").write_text(json.dumps(chosen))


def _wait_for(condition, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _keys(demo: Demo):
    assert stat.S_IMODE(demo.keys.stat().st_mode) == 0o600
    return json.loads(demo.keys.read_text())


def _ask(keys, who: str, path: str):
    token = keys[who]["access_token"]
    answer = requests.get(
        f"{keys['base_url']}/api/v1/{path}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    answer.raise_for_status()
    return answer.json()


def _board(keys):
    """Return the entries of the running challenge's board by shown name."""
    [live] = _ask(keys, "participant", "challenges?state=live")["results"]
    board = _ask(keys, "participant", f"challenges/{live['id']}/leaderboard?limit=100")
    return {entry["name"]: entry for entry in board["entries"]}


@pytest.fixture(scope="module")
def interrupted(demo):
    """The demo after a first start that was killed in the middle of loading."""
    demo.start()
    demo.await_line("phones connected")
    demo.kill()
    _wait_for(lambda: not demo.processes(), LINGERING_SECONDS)
    assert not demo.keys.exists()
    return demo


@pytest.fixture(scope="module")
def loaded(interrupted):
    """The demo after the start that completed the load; it runs."""
    interrupted.start()
    interrupted.await_line("Stepwell is ready")
    return interrupted


def test_an_interrupted_load_is_completed_by_the_next_start(loaded):
    said = loaded.output.read_text()
    assert "demo data is ready" in said
    assert cast.PASSWORD in said


def test_the_logins_work(loaded):
    keys = _keys(loaded)
    roles = {who: _ask(keys, who, "me")["role"] for who in LOGINS}
    assert roles == dict.fromkeys(LOGINS, "participant") | {"hr": "hr_manager"}
    for who in roles:
        login = {name: keys[who][name] for name in ("email", "password")}
        url = f"{keys['base_url']}/_allauth/app/v1/auth/login"
        assert requests.post(url, json=login, timeout=10).status_code == 200
    assert {"base_url", "dashboard_url", "sandbox_url", "docs_url"} <= keys.keys()
    assert requests.get(keys["docs_url"], timeout=10).ok
    assert requests.get(keys["sandbox_url"], timeout=10).ok


def test_there_is_a_challenge_in_every_state_and_a_wall_between_companies(loaded):
    keys = _keys(loaded)
    seen = _ask(keys, "participant", "challenges")["results"]
    assert {challenge["state"] for challenge in seen} == {"live", "final", "upcoming"}
    elsewhere = _ask(keys, "stranger", "challenges")["results"]
    assert {each["id"] for each in seen}.isdisjoint(each["id"] for each in elsewhere)


def test_a_result_is_frozen_and_everybody_was_told(loaded):
    keys = _keys(loaded)
    [final] = _ask(keys, "participant", "challenges?state=final")["results"]
    result = _ask(keys, "participant", f"challenges/{final['id']}/result")
    assert (result["edition"], result["corrections"]) == (1, 0)
    [said] = _ask(keys, "participant", f"challenges/{final['id']}/feed")["results"]
    assert said["kind"] == "result"
    kinds = {each["kind"] for each in _ask(keys, "participant", "me/notifications")["results"]}
    assert "result" in kinds


def test_every_provider_can_be_tried_and_a_closed_one_keeps_its_days(loaded):
    keys = _keys(loaded)
    found = {each["slug"]: each for each in _ask(keys, "participant", "providers")["results"]}
    offered = {slug for slug, each in found.items() if each["status"] == "available"}
    assert {tracker.value for tracker in cast.CLOUDS} <= offered
    assert found["misfit"]["status"] == "retired"
    board = _board(keys)
    for person in cast.company():
        if person.tracker in cast.CLOUDS - {Tracker.FITBIT} | {Tracker.MISFIT}:
            assert board[person.name]["score"] > 0, person


def test_the_board_is_alive_and_shows_what_is_broken(loaded):
    board = _board(_keys(loaded))
    assert len(board) >= 58
    assert {entry["freshness"] for entry in board.values()} == {"fresh", "stale", "broken", "none"}
    walked = sorted(entry["score"] for entry in board.values() if entry["freshness"] != "none")
    assert len(walked) >= 50
    assert walked[-1] > 4 * walked[0] > 0


def test_the_tour_can_begin(loaded):
    keys = _keys(loaded)
    assert keys["participant"]["email"] == cast.TOURIST
    assert _ask(keys, "participant", "connections")["results"] == []
    [live] = _ask(keys, "participant", "challenges?state=live")["results"]
    assert live["joined"]
    detail = _ask(keys, "participant", f"challenges/{live['id']}")
    assert detail["team"]["name"] in {team["name"] for team in detail["teams"]}
    url = f"{keys['sandbox_url']}/control/people/{cast.TOURIST}/truth"
    assert len(requests.get(url, timeout=10).json()["days"]) >= 21


def test_a_stop_leaves_nothing_behind_and_the_second_start_is_quick(loaded):
    before, scores = _keys(loaded), _board(_keys(loaded))
    assert loaded.stop() == 0
    _wait_for(lambda: not loaded.processes())

    loaded.start()
    said = loaded.await_line("Stepwell is ready")
    assert "demo data is there already" in said
    after = _keys(loaded)
    assert after["hr"]["access_token"] != before["hr"]["access_token"]
    assert _ask(after, "participant", "connections")["results"] == []
    assert _board(after).keys() == scores.keys()
    assert loaded.stop() == 0
    _wait_for(lambda: not loaded.processes())
