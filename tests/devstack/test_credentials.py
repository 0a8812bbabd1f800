"""The secrets file: private, made once, completed when a newer version needs more."""

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from devstack import credentials
from devstack.failures import DevstackError


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path):
    file = tmp_path / "secrets.json"
    first = credentials.load(file)
    assert credentials.load(file) == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_two_checkouts_have_different_secrets(tmp_path: Path):
    assert credentials.load(tmp_path / "a.json") != credentials.load(tmp_path / "b.json")


def test_a_missing_secret_is_added_and_the_others_stay(tmp_path: Path):
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"secret_key": "kept", "unknown": "dropped"}))
    loaded = credentials.load(file)
    assert loaded.secret_key == "kept"
    assert credentials.load(file) == loaded


def test_the_token_key_is_a_fernet_key(tmp_path: Path):
    Fernet(credentials.load(tmp_path / "secrets.json").token_keys)


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_damaged_file_is_said_to_be_so(tmp_path: Path, text: str):
    file = tmp_path / "secrets.json"
    file.write_text(text)
    with pytest.raises(DevstackError, match="damaged"):
        credentials.load(file)
