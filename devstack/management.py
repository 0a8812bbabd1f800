"""manage.py with the environment of the running demo, or with the one that was given."""

import os
import subprocess
import sys
from collections.abc import Sequence

from devstack import environment, stack
from devstack.failures import DevstackError
from devstack.places import Places
from devstack.running import is_running, lock_of


def run(places: Places, arguments: Sequence[str]) -> int:
    """Run manage.py and return its exit code.

    Raises DevstackError when there is neither a running demo nor a DATABASE_URL.
    """
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=places.root, env=_environment(places), check=False
    ).returncode


def _environment(places: Places) -> dict[str, str]:
    if is_running(lock_of(places.var)):
        return environment.kept() | stack.of_running(places).environment()
    if "DATABASE_URL" in os.environ or (places.root / ".env").exists():
        return dict(os.environ)
    raise DevstackError(
        "no demo is running in this checkout: start it, or set DATABASE_URL and more"
    )
