#!/usr/bin/env python3
"""Stepwell on this machine, with nothing but Python: `python3 run.py <command>`.

    demo         start everything with demo data and print the addresses; Ctrl-C stops it
    demo-reset   remove the demo's data and start afresh (--only: just remove it)
    test         run all tests; further arguments go to pytest
    test-fast    run the tests without the slow ones
    check        format, lint, types, import contracts, migrations, settings, lock files, audit
    bench        run the benchmarks; further arguments go to them
    soak         let providers fail and processes die under load, then compare every row
    season       play a season through the ledger, then compare every row with a second ledger
    provider     start a provider that works against its own stand-in: provider name=stridely
    manage       Django's manage.py with the environment of the running demo
    lock         make requirements/*.txt anew from pyproject.toml, with the newest versions
    clean        remove all that this file has made: data, logs, caches, virtual environment
    help         this text

The first command makes a virtual environment in .venv and installs the locked requirements.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

# This file has to be understood by old Pythons, too: they are told here which one is needed.
FITTING_PYTHONS = ((3, 13), (3, 12), (3, 11))
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "stepwell-stamp"
LOCK = ROOT / "requirements" / "dev.txt"
UV = "uv==0.13.8"
LOCKED = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(LOCK)]
INSTALL_WITH_UV = [str(VENV / "bin" / "uv"), "pip", "install", "--compile-bytecode", *LOCKED]
INSTALL_WITH_PIP = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", *LOCKED]
EXPORT = ["export", "--locked", "--no-emit-project", "--no-header", "--no-annotate"]
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
COMMANDS = {
    "demo": ["-m", "devstack", "demo"],
    "demo-reset": ["-m", "devstack", "demo-reset"],
    "test": ["-m", "pytest", "-n", "2", "--dist", "loadfile"],
    "test-fast": ["-m", "pytest", "-n", "2", "--dist", "loadfile", "-m", "not slow"],
    "check": ["-m", "devstack", "check"],
    "bench": ["-m", "bench"],
    "soak": ["-m", "bench.soak"],
    "season": ["-m", "bench.season"],
    "provider": ["-m", "devstack", "provider"],
    "manage": ["-m", "devstack", "manage"],
}


class SetUpError(Exception):
    """Something the person has to do first; the message says what."""


def main(arguments: "list[str]") -> int:
    """Run one command and return the exit code; most commands replace this process."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    if command not in (*COMMANDS, "lock", "clean"):
        print(f"unknown command: {command}\n\n{__doc__}", file=sys.stderr)
        return 2
    try:
        use_fitting_python(arguments)
        return run(command, rest)
    except SetUpError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbroken off; the next start carries on", file=sys.stderr)
        return 130


def run(command: str, rest: "list[str]") -> int:
    """Set up what `command` needs and run it."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    os.chdir(ROOT)
    if command == "clean":
        return clean()
    with exclusive():
        if command == "lock":
            return lock()
        if not is_installed():
            install()
    return become([str(PYTHON), *COMMANDS[command], *rest])


def become(command: "list[str]") -> NoReturn:
    """Go on as another program, which then gets our signals and gives our exit code."""
    sys.stdout.flush()
    os.execve(command[0], command, environment())  # noqa: S606


def environment() -> "dict[str, str]":
    """Return our environment with the virtual environment first and nobody else's libraries."""
    foreign = ("PYTHONHOME", "PYTHONPATH")
    env = {name: value for name, value in os.environ.items() if name not in foreign}
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    return env


def use_fitting_python(arguments: "list[str]") -> None:
    """Go on as a Python that fits, from PATH, unless this one does."""
    if sys.version_info[:2] in FITTING_PYTHONS:
        return
    for major, minor in FITTING_PYTHONS:
        other = shutil.which(f"python{major}.{minor}")
        if other and works(other, "-c", "import venv"):
            become([other, str(Path(__file__).resolve()), *arguments])
    raise SetUpError(
        f"Stepwell needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]} "
        f"({sys.executable}) and no python3.11 to python3.13 was found on PATH."
    )


def works(*command: str) -> bool:
    """Tell whether a command can be run and succeeds."""
    try:
        quiet = subprocess.DEVNULL
        return subprocess.run(command, stdout=quiet, stderr=quiet, check=False).returncode == 0
    except OSError:
        return False


@contextlib.contextmanager
def exclusive() -> "Iterator[None]":
    """Wait until no other run.py is setting up this checkout, and keep others waiting."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "install.lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def identity() -> str:
    """Return what a virtual environment belongs to: its scripts hold the path of the checkout."""
    return f"Python {sys.version.split()[0]} in {ROOT}"


def recipe() -> str:
    """Return a digest of everything that decides what gets installed."""
    parts = [LOCK.read_bytes(), sys.version.encode(), UV.encode(), repr(LOCKED).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def stamp_lines() -> "list[str]":
    """Return what the last complete set-up has left."""
    return STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []


def is_installed() -> bool:
    """Tell whether the virtual environment is whole and up to date."""
    return stamp_lines() == [identity(), recipe()]


def install() -> None:
    """Make the virtual environment hold what the lock file says."""
    make_venv_with_uv()
    try:
        show("installing the locked packages", INSTALL_WITH_UV)
    except SetUpError:
        print("uv could not install; trying pip", flush=True)
        show("installing the locked packages with pip", INSTALL_WITH_PIP)
    show_checkout_to_scripts()
    STAMP.write_text(f"{identity()}\n{recipe()}\n", encoding="utf-8")


def make_venv_with_uv() -> None:
    """Make the virtual environment, or take the present one if it is whole and of this Python.

    Never through a link: the environment it leads to belongs to another checkout.
    """
    if VENV.is_symlink():
        raise SetUpError(
            f"{VENV} is a link to {VENV.resolve()}, which belongs to another checkout.\n"
            "Remove the link and run the same command again."
        )
    whole = stamp_lines()[:1] == [identity()] and works(str(PYTHON), "-c", "import pip")
    STAMP.unlink(missing_ok=True)  # from here to the new stamp it is not whole
    if not whole:
        show("making the virtual environment", venv_command())
    if not works(str(VENV / "bin" / "uv"), "--version"):
        show("installing uv", [str(PYTHON), "-m", "pip", "install", "-q", UV], fatal=False)


def venv_command() -> "list[str]":
    """Return the command that makes .venv, with pip in it, with what this machine has."""
    if importlib.util.find_spec("ensurepip"):
        return [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if importlib.util.find_spec("virtualenv"):
        return [sys.executable, "-m", "virtualenv", "--clear", str(VENV)]
    for tool, options in (("virtualenv", ["-p"]), ("uv", ["venv", "--seed", "--python"])):
        found = shutil.which(tool)
        if found:
            return [found, *options, sys.executable, "--clear", str(VENV)]
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    raise SetUpError(
        f"This Python ({sys.executable}) cannot make virtual environments: the module ensurepip "
        f"is missing.\nOn Debian and Ubuntu:  sudo apt install python{version}-venv\n"
        "Without root:          python3 -m pip install --user virtualenv\n"
        "                       (add --break-system-packages if pip says that it is managed "
        "externally)\nThen run the same command again."
    )


def show_checkout_to_scripts() -> None:
    """Let the environment's scripts (such as pytest) import the checkout's packages."""
    for packages in (VENV / "lib").glob("python3.*/site-packages"):
        (packages / "stepwell-checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")


def show(label: str, command: "list[str]", *, fatal: bool = True) -> None:
    """Run a quiet command and say how long it takes, also while it takes long.

    Raises SetUpError with its output when it fails and is `fatal`.
    """
    begun = time.monotonic()
    print(f"{label} ...", flush=True)
    with tempfile.TemporaryFile() as output:
        status = wait_for(command, output.fileno(), label)
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if status == 0:
        print(f"{label}: done in {time.monotonic() - begun:.1f} s", flush=True)
        return
    print(said, file=sys.stderr, flush=True)
    if fatal:
        raise SetUpError(f"{label} failed (exit status {status})")


def wait_for(command: "list[str]", output: int, label: str) -> int:
    """Return the exit status; if we are told to stop, the command is told first."""
    child = subprocess.Popen(command, stdout=output, stderr=output, env=environment(), cwd=ROOT)
    begun = time.monotonic()
    try:
        while True:
            try:
                return child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                print(f"{label} ... {time.monotonic() - begun:.0f} s", flush=True)
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


def lock() -> int:
    """Write requirements/*.txt anew; uv.lock holds the address of an index and is not kept."""
    make_venv_with_uv()
    uv = str(VENV / "bin" / "uv")
    with tempfile.TemporaryDirectory() as copy:
        shutil.copy(ROOT / "pyproject.toml", copy)
        show("resolving", [uv, "lock", "--project", copy])
        for name, option in (("dev.txt", "--all-groups"), ("runtime.txt", "--no-dev")):
            made = Path(copy, name)
            output = ["--project", copy, "--output-file", str(made)]
            show(f"writing requirements/{name}", [uv, *EXPORT, option, *output])
            if "://" in made.read_text(encoding="utf-8"):
                raise SetUpError(f"{name} would hold the address of an index; it is left as it was")
            shutil.copy(made, LOCK.parent / name)
    return 0


def clean() -> int:
    """Remove everything that is not in version control."""
    status = subprocess.run(
        [sys.executable, "-B", "-m", "devstack", "clean"], check=False
    ).returncode
    if status:
        return status
    for name in (VENV.name, "staticfiles", *CACHES):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for cache in ROOT.rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
