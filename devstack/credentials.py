"""The secrets of a local run: made once, kept in a file that only its owner can read."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from devstack.accounts import private_file
from devstack.failures import DevstackError


def _token() -> str:
    return secrets.token_urlsafe(32)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@dataclass(frozen=True)
class Credentials:
    """Passwords and keys; a new one of each unless given."""

    secret_key: str = field(default_factory=_token)
    token_keys: str = field(default_factory=_fernet_key)
    postgres_password: str = field(default_factory=_token)
    valkey_password: str = field(default_factory=_token)
    sandbox_client_secret: str = field(default_factory=_token)


def load(path: Path) -> Credentials:
    """Read the secrets of `path`, making those that are missing.

    Raises DevstackError when the file cannot be understood.
    """
    try:
        known = _read(path)
    except ValueError as error:
        raise DevstackError(
            f"{path} is damaged ({error}); run demo-reset to start afresh"
        ) from error
    credentials = Credentials(**known)
    if asdict(credentials) != known:
        _write(path, credentials)
    return credentials


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - one kind of damage for the caller
    names = {each.name for each in fields(Credentials)}
    return {name: str(value) for name, value in found.items() if name in names}


def _write(path: Path, credentials: Credentials) -> None:
    text = json.dumps(asdict(credentials), indent=2) + "\n"
    private_file(path.with_suffix(".new"), text, None).replace(path)
