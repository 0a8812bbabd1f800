"""Every benchmark runs, tiny, with all its processes; nothing here looks at how long it took."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.options import CASES
from devstack import places
from devstack.places import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROWS = {
    "merge": ["merge"],
    "ingest": ["ingest", "ingest-cpu", "ingest-again"],
    "ingest-small": ["ingest-small", "ingest-small-cpu"],
    "days": ["days", "days-p99", "days-cpu"],
    "pick": ["pick"],
    "poll": ["poll-50ms", "poll-50ms-cpu", "poll-200ms", "poll-200ms-cpu"],
    "tap": ["tap-p50", "tap", "tap-trips"],
    "board": ["board-50", "board-500", "board-growth", "board"],
    "refill": ["refill"],
}


def start(*arguments):
    kept = {name: value for name, value in os.environ.items() if name not in {"name", "size"}}
    return subprocess.Popen(
        [sys.executable, "-m", "bench", "size=tiny", *arguments],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    with start(f"out={path}") as process:
        said, _ = process.communicate()
    assert process.returncode == 0, said
    return json.loads(path.read_text()), said


def test_every_benchmark_is_known_here():
    assert tuple(ROWS) == CASES


@pytest.mark.parametrize("name", CASES)
def test_a_benchmark_gives_its_rows(found, name):
    rows, said = found
    for row in ROWS[name]:
        assert rows[row]["value"] > 0
        assert f"\n{row} " in said


def test_goals_of_ratios_have_floors(found):
    rows, _ = found
    for row in rows.values():
        if row["goal"] and row["goal"].startswith("ratio"):
            assert row["floor"] > 0
            assert row["ratio"] == pytest.approx(row["value"] / row["floor"])
            assert row["met"] in {True, False}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_broken_off_leaves_nothing(tmp_path, number):
    path = tmp_path / "bench.json"
    with start("name=ingest", f"out={path}") as process:
        for line in process.stdout:
            if "ingest ..." in line:
                break
        scratch = places.find().data / f"bench-{process.pid}"
        assert scratch.exists()
        process.send_signal(number)
        said, _ = process.communicate()
    assert process.returncode == 130, said
    assert "broken off" in said
    assert not path.exists()
    assert not scratch.exists()
    assert processes_below(scratch) == []


def processes_below(folder):
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command:
            found.append(command)
    return found
