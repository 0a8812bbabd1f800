"""What a reset removes, and what it keeps its hands off."""

from pathlib import Path

import pytest

from devstack import reset
from devstack.credentials import Credentials
from devstack.failures import DevstackError
from devstack.places import Places


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    found = Places(root=tmp_path, var=tmp_path / "var", data=tmp_path / "data")
    for folder in (found.log, found.data / "postgres" / "pgdata", found.data / "valkey"):
        folder.mkdir(parents=True)
    for name in (
        "demo.json",
        "demo-phones.json",
        "ports.json",
        "secrets.json",
        "sandbox.sqlite3-wal",
    ):
        (found.var / name).write_text("{}")
    return found


def test_a_reset_removes_the_data_and_keeps_the_addresses(places: Places):
    reset.remove_demo_data(places)
    assert {path.name for path in places.var.iterdir()} == {"log", "ports.json"}
    assert not list(places.data.iterdir())


def test_a_database_of_somebody_else_is_not_emptied(
    places: Places, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgres://db/x")
    with pytest.raises(DevstackError, match="DATABASE_URL is set"):
        reset.remove_demo_data(places)
    assert (places.var / "demo.json").exists()


def test_data_whose_passwords_are_lost_is_removed(places: Places):
    first, second = Credentials(), Credentials()
    assert not reset.forget_foreign_data(places, first)
    assert not reset.forget_foreign_data(places, first)
    assert (places.data / "postgres").exists()
    assert reset.forget_foreign_data(places, second)
    assert not (places.data / "postgres").exists()
    assert not reset.forget_foreign_data(places, second)
