"""`python -m bench [name=...] [size=usual|full|tiny] [runs=3] [out=file]`.

run.py is the front door.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module

from bench import options, table
from bench.front import exit_code, say
from bench.house import House, open_house
from bench.options import Options
from bench.outcome import Row
from devstack import places

RESULT = "bench.json"


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for, print the table, write the file; returns the exit code.

    A goal that is missed is no error: numbers of one machine are there to be read.
    """
    return exit_code(lambda: _run(options.parse(arguments, os.environ)))


def _run(wanted: Options) -> int:
    rows = [*measure(wanted)]
    path = wanted.out or places.find().var / RESULT
    table.write_json(path, rows)
    print(f"\n{table.render(rows)}\n\nwritten to {path}", flush=True)
    return 0


def measure(wanted: Options) -> Iterator[Row]:
    """Run the benchmarks one after the other in a house of their own."""
    say("starting PostgreSQL and Valkey")
    with open_house() as house:
        for name in wanted.names:
            say(f"{name} ...")
            yield from run_case(name, house, wanted)


def run_case(name: str, house: House, wanted: Options) -> list[Row]:
    """Run one benchmark and return its rows."""
    # Imported by name and only now: the cases import models, which need Django to be set up.
    case = import_module(f"bench.cases.{name.replace('-', '_')}")
    rows: list[Row] = case.run(house, wanted.sizes)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
