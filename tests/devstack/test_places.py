"""Root's data is in a place everybody can write to, so what is found there is not trusted."""

import os
from pathlib import Path

import pytest

from devstack import places
from devstack.failures import DevstackError


def test_a_new_directory_can_be_passed_but_not_listed_by_others(tmp_path: Path):
    places.claim(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o711


def test_a_symlink_is_refused(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DevstackError, match="remove it first"):
        places.claim(tmp_path / "data")


def test_a_directory_others_can_write_to_is_refused(tmp_path: Path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    with pytest.raises(DevstackError, match="remove it first"):
        places.claim(tmp_path / "data")


def test_two_checkouts_do_not_share_their_data(tmp_path: Path):
    assert places.data_dir(tmp_path / "a") != places.data_dir(tmp_path / "b")


def test_only_root_leaves_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert places.data_dir(tmp_path) == tmp_path / "var"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert not places.data_dir(tmp_path).is_relative_to(tmp_path)
