"""What every run says to the terminal and how it ends there."""

import sys
import time
from collections.abc import Callable

from bench.breaking import BrokenOff, breakable
from bench.options import BadOption
from devstack.failures import DevstackError

BROKEN_OFF = 130
_BEGUN = time.monotonic()


def say(event: str) -> None:
    """Write a line with the seconds since the start."""
    print(f"[{time.monotonic() - _BEGUN:6.1f}s] {event}", flush=True)


def exit_code(run: Callable[[], int]) -> int:
    """Run to the end, or until somebody breaks it off; what went wrong becomes a line of words."""
    try:
        with breakable():
            return run()
    except (BadOption, DevstackError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except BrokenOff:
        print("\nbroken off; nothing is written", file=sys.stderr)
        return BROKEN_OFF
