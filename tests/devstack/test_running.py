"""One demo per checkout."""

from pathlib import Path

import pytest

from devstack.failures import DevstackError
from devstack.running import is_running, only_one


def test_a_second_run_is_told_about_the_first(tmp_path: Path):
    lock = tmp_path / "demo.lock"
    with only_one(lock):
        assert is_running(lock)
        with pytest.raises(DevstackError, match=r"another demo is running .* \(process \d+\)"):
            only_one(lock).__enter__()
    assert not is_running(lock)


def test_nothing_runs_where_nothing_was_started(tmp_path: Path):
    assert not is_running(tmp_path / "demo.lock")
