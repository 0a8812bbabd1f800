"""Who the servers run as: PostgreSQL refuses to run as root, so root hands them to `nobody`."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """A system account a child process is switched to."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """Return the account for the servers, or None when they run as the present user."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def give(path: Path, account: Account | None) -> None:
    """Make `account` the owner of `path`; nothing to do when the servers run as ourselves."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def private_dir(path: Path, account: Account | None) -> Path:
    """Create `path` (its parent exists) as a directory only `account` can look into."""
    path.mkdir(mode=0o700, exist_ok=True)
    give(path, account)
    return path


def private_file(path: Path, text: str, account: Account | None) -> Path:
    """Write a file that was never readable for anybody but `account`."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    give(path, account)
    return path
