"""Where a server's programs are, and a copy for `nobody` when they are out of its reach."""

import hashlib
import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from devstack.accounts import Account


@dataclass(frozen=True)
class Programs:
    """The folder with a server's programs.

    `base` and `folders` name what has to keep its relative layout when it is copied (programs find
    their libraries by relative paths); both are empty for programs of the system.
    """

    bin: Path
    base: Path | None = None
    folders: tuple[str, ...] = ()


def packaged(package: str, bin_folder: str, folders: tuple[str, ...]) -> Programs | None:
    """Find programs inside an installed Python package without importing it.

    `bin_folder` is relative to the package, `folders` to the directory the package is in.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    found = home / bin_folder
    return Programs(bin=found, base=home.parent, folders=folders) if found.is_dir() else None


def version_of(program: Path) -> tuple[int, ...]:
    """Return the version a server program reports; empty when it cannot even be run."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except OSError:
        return ()
    found = re.search(r"\d+(\.\d+)+", said)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def reachable(programs: Programs, name: str, account: Account | None, store: Path) -> Programs:
    """Return programs that `account` can run: these, or a copy of them below `store`."""
    program = programs.bin / name
    base = programs.base
    if account is None or base is None or _is_public(program):
        return programs
    facts = program.stat()
    key = f"{program}:{facts.st_mtime_ns}:{facts.st_size}"
    copy = store / f"programs-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    if not copy.exists():
        _copy(base, programs.folders, copy)
    return Programs(bin=copy / programs.bin.relative_to(base))


def _is_public(program: Path) -> bool:
    executable = program.stat().st_mode & 0o005 == 0o005
    return executable and all(parent.stat().st_mode & 0o001 for parent in program.parents)


def _copy(base: Path, folders: tuple[str, ...], target: Path) -> None:
    half = target.with_suffix(".new")
    shutil.rmtree(half, ignore_errors=True)
    for folder in folders:
        shutil.copytree(base / folder, half / folder, symlinks=True)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
    half.rename(target)
