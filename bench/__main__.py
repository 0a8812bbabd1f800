"""`python -m bench [name=...] [size=usual|full|tiny] [runs=3] [out=file]`.

run.py is the front door.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module

from bench import options, table
from bench.breaking import BrokenOff, breakable
from bench.house import House, open_house
from bench.options import BadOption, Options
from bench.outcome import Row
from devstack import places
from devstack.failures import DevstackError

RESULT = "bench.json"


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for, print the table, write the file; returns the exit code.

    A goal that is missed is no error: numbers of one machine are there to be read.
    """
    try:
        wanted = options.parse(arguments, os.environ)
        with breakable():
            rows = [*measure(wanted)]
    except (BadOption, DevstackError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except BrokenOff:
        print("\nbroken off; nothing was written", file=sys.stderr)
        return 130
    path = wanted.out or places.find().var / RESULT
    table.write_json(path, rows)
    print(f"\n{table.render(rows)}\n\nwritten to {path}", flush=True)
    return 0


def measure(wanted: Options) -> Iterator[Row]:
    """Run the benchmarks one after the other in a house of their own."""
    _say("starting PostgreSQL and Valkey")
    with open_house() as house:
        for name in wanted.names:
            _say(f"{name} ...")
            yield from run_case(name, house, wanted)


def run_case(name: str, house: House, wanted: Options) -> list[Row]:
    """Run one benchmark and return its rows."""
    # Imported by name and only now: the cases import models, which need Django to be set up.
    case = import_module(f"bench.cases.{name.replace('-', '_')}")
    rows: list[Row] = case.run(house, wanted.sizes)
    return rows


_BEGUN = time.monotonic()


def _say(event: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:6.1f}s] {event}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
