"""`python -m bench.season [people=1000] [seed=1] [workers=2]`; run.py is the front door.

A challenge of sixty days in seven time zones over three changes of the clocks: phones and trackers
tell late, again, less than before and too late; people move, join, change teams and leave. All of
it goes through the ledger, and every row is compared with a second ledger and a second scorer.
"""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.front import exit_code, say
from bench.house import open_house
from bench.options import numbers

if TYPE_CHECKING:
    from bench.season.comparing import Comparison

_USUAL = {"people": 1000, "seed": 1, "workers": 2}
_SHOWN = 20


def main(arguments: Sequence[str]) -> int:
    """Play it and say how it ended; returns 0 only if every row agrees."""
    return exit_code(lambda: _play(**numbers(_USUAL, arguments, os.environ, least=1)))


def _play(people: int, seed: int, workers: int) -> int:
    say("starting PostgreSQL and Valkey")
    with open_house():
        # Only now: it imports models, which need Django to be set up.
        from bench.season.playing import play

        found = play(people=people, seed=seed, workers=workers, say=say)
    return _tell(found)


def _tell(found: "Comparison") -> int:
    kinds = Counter[str]()
    for what, rows in found.rows.items():
        kinds[what.rsplit(": ", 1)[-1]] += rows
    print("\n".join(f"{rows:>10,} {what}" for what, rows in kinds.items()))
    for what, kept, expected in found.wrong[:_SHOWN]:
        print(f"    {what}: kept {kept}, expected {expected}")
    say(f"{len(found.wrong)} of {sum(kinds.values()):,} rows differ")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
