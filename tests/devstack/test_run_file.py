"""run.py: what it asks of the machine, and that it never takes half a set-up for a whole one."""

import subprocess
import sys
from pathlib import Path

import pytest

import run
from devstack.places import ROOT


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A virtual environment that is only a folder, and commands that only get noted."""
    folder = tmp_path / ".venv"
    (folder / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    lock = tmp_path / "dev.txt"
    lock.write_text("django==5.2.19\n")
    monkeypatch.setattr(run, "VENV", folder)
    monkeypatch.setattr(run, "STAMP", folder / "stepwell-stamp")
    monkeypatch.setattr(run, "LOCK", lock)
    monkeypatch.setattr(run, "works", lambda *_: True)
    return folder


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    labels: list[str] = []
    monkeypatch.setattr(run, "show", lambda label, _command, **_: labels.append(label))
    return labels


def test_the_first_set_up_makes_everything_and_the_second_nothing(venv: Path, shown: list[str]):
    assert not run.is_installed()
    run.install()
    assert shown == ["making the virtual environment", "installing the locked packages"]
    assert run.is_installed()


def test_a_new_lock_file_is_installed_into_the_same_environment(venv: Path, shown: list[str]):
    run.install()
    run.LOCK.write_text("django==5.2.20\n")
    assert not run.is_installed()
    shown.clear()
    run.install()
    assert shown == ["installing the locked packages"]
    assert run.is_installed()


def test_an_environment_of_another_checkout_or_python_is_made_anew(venv: Path, shown: list[str]):
    run.install()
    run.STAMP.write_text(run.STAMP.read_text().replace(str(run.ROOT), "/elsewhere"))
    shown.clear()
    run.install()
    assert shown[0] == "making the virtual environment"


def test_a_broken_off_set_up_is_started_from_the_beginning(
    venv: Path, shown: list[str], monkeypatch: pytest.MonkeyPatch
):
    run.install()
    run.LOCK.write_text("django==5.2.20\n")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "show", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run.install()
    assert not run.is_installed()
    shown.clear()
    run.install()
    assert shown[0] == "making the virtual environment"


def test_pip_takes_over_where_uv_cannot_install(venv: Path, monkeypatch: pytest.MonkeyPatch):
    commands: list[list[str]] = []

    def show(_label: str, command: list[str], **_: object) -> None:
        commands.append(command)
        if command == run.INSTALL_WITH_UV:
            raise run.SetUpError("no index")

    monkeypatch.setattr(run, "show", show)
    run.install()
    assert commands[-1] == run.INSTALL_WITH_PIP
    assert run.is_installed()
    for command in (run.INSTALL_WITH_PIP, run.INSTALL_WITH_UV):
        assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(command)


def test_scripts_of_the_environment_find_the_checkout(venv: Path, shown: list[str]):
    run.install()
    link = venv / "lib" / "python3.11" / "site-packages" / "stepwell-checkout.pth"
    assert link.read_text().strip() == str(ROOT)


def test_an_old_python_says_which_one_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(run.SetUpError, match=r"needs Python 3\.11, 3\.12 or 3\.13"):
        run.use_fitting_python(["test"])


def test_a_fitting_python_on_the_path_takes_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    other = tmp_path / "python3.12"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    became: list[list[str]] = []
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(run, "become", became.append)
    with pytest.raises(run.SetUpError):
        run.use_fitting_python(["test", "-x"])
    assert became == [[str(other), str(ROOT / "run.py"), "test", "-x"]]


def test_without_ensurepip_other_tools_are_tried_and_then_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(run.SetUpError, match=r"sudo apt install python3\.\d+-venv"):
        run.venv_command()
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\n")
    uv.chmod(0o755)
    assert run.venv_command()[:3] == [str(uv), "venv", "--seed"]


def test_a_failed_step_shows_what_the_command_said(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(run.SetUpError, match=r"resolving failed \(exit status 3\)"):
        run.show(
            "resolving", [sys.executable, "-c", "print('no such package'); raise SystemExit(3)"]
        )
    assert "no such package" in capsys.readouterr().err


def test_an_unknown_command_is_refused_with_the_help(capsys: pytest.CaptureFixture[str]):
    assert run.main(["dmeo"]) == 2
    assert "demo-reset" in capsys.readouterr().err


def test_help_works_without_a_virtual_environment():
    result = subprocess.run(
        [sys.executable, "-S", "-I", ROOT / "run.py"], capture_output=True, text=True, check=True
    )
    assert "python3 run.py <command>" in result.stdout


def test_make_offers_every_command():
    makefile = (ROOT / "Makefile").read_text()
    line = next(line for line in makefile.splitlines() if line.startswith("COMMANDS"))
    offered = set(line.split(":=")[1].split())
    assert offered == (set(run.COMMANDS) | {"lock", "clean", "help"}) - {"manage"}


@pytest.mark.parametrize(("failing", "status"), [("check", 1), ("test", 1), ("none", 0)])
def test_ci_runs_checks_and_tests_also_if_one_fails(tmp_path: Path, failing: str, status: int):
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "make $1"\ntest "$1" != {failing}\n')
    make.chmod(0o755)
    result = subprocess.run(
        [ROOT / ".ci" / "run"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "make check\nmake test\n"
    assert result.returncode == status


def test_the_environment_of_another_checkout_is_never_emptied_through_a_link(
    venv: Path, shown: list[str], tmp_path: Path
):
    theirs = tmp_path / "theirs"
    venv.rename(theirs)
    (theirs / "precious").touch()
    venv.symlink_to(theirs)
    with pytest.raises(run.SetUpError, match="another checkout"):
        run.install()
    assert (theirs / "precious").exists()
    assert shown == []
