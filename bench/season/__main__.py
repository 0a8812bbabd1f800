"""`python -m bench.season [people=1000] [seed=1]`.

A challenge of sixty days in seven time zones over three changes of the clocks: phones and trackers
tell late, again, less than before and too late; people move, join, change teams and leave. All of
it goes through the ledger, and every row is compared with a second ledger and a second scorer.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.breaking import BrokenOff, breakable
from bench.house import open_house
from bench.options import BadOption
from devstack.failures import DevstackError

if TYPE_CHECKING:
    from bench.season.comparing import Comparison

_USUAL = {"people": 1000, "seed": 1}
_SHOWN = 20


def main(arguments: Sequence[str]) -> int:
    """Play it and say how it ended; returns 0 only if every row agrees."""
    try:
        wanted = _USUAL | dict(map(_option, arguments))
        with breakable():
            return _play(**wanted)
    except (BadOption, DevstackError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except BrokenOff:
        print("\nbroken off", file=sys.stderr)
        return 130


def _option(argument: str) -> tuple[str, int]:
    key, _, value = argument.partition("=")
    if key not in _USUAL or not value.isdecimal() or not int(value):
        raise BadOption(f"{argument!r} is none of {'=..., '.join(_USUAL)}=... with a number from 1")
    return key, int(value)


def _play(people: int, seed: int) -> int:
    _say("starting PostgreSQL and Valkey")
    with open_house():
        # Only now: it imports models, which need Django to be set up.
        from bench.season.playing import play

        found = play(people=people, seed=seed, say=_say)
    return _tell(found)


def _tell(found: "Comparison") -> int:
    kinds = Counter[str]()
    for what, rows in found.rows.items():
        kinds[what.rsplit(": ", 1)[-1]] += rows
    print("\n".join(f"{rows:>10,} {what}" for what, rows in kinds.items()))
    for what, kept, expected in found.wrong[:_SHOWN]:
        print(f"    {what}: kept {kept}, expected {expected}")
    _say(f"{len(found.wrong)} of {sum(kinds.values()):,} rows differ")
    return 1 if found.wrong else 0


_BEGUN = time.monotonic()


def _say(event: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:6.1f}s] {event}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
