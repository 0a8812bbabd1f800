"""`python -m bench.soak [accounts=200] [minutes=3] [faults=0.01] [kill_every_seconds=20] [seed=1]`.

Everybody's steps change at the stand-in provider while its calls fail in every way and processes
are killed. Then the weather clears, and what the provider says is compared with the ledger, the
scores and the board. Whoever is not up to date by itself after a while taps "Sync steps".
"""

import os
import sys
from collections.abc import Sequence

from bench.front import exit_code, say
from bench.soak import options
from bench.soak.options import SoakOptions
from bench.soak.stage import open_stage


def main(arguments: Sequence[str]) -> int:
    """Run it and say how it ended; returns 0 only if every row agrees."""
    return exit_code(lambda: _run(options.parse(arguments, os.environ)))


def _run(wanted: SoakOptions) -> int:
    say("starting PostgreSQL, Valkey, web, workers, beat and the sandbox")
    with open_stage(poll_seconds=wanted.poll_seconds) as stage:
        # Only now: it imports models, which need Django to be set up.
        from bench.soak.trial import Trial

        findings = Trial(stage, wanted, say=say).run()
    print("\n".join(findings.lines()), flush=True)
    print("every row agrees" if findings.clean else "NOT everything agrees", flush=True)
    return 0 if findings.clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
