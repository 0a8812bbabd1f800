"""What was asked for: ``accounts=2000 minutes=10 faults=0.05 kills=yes seed=1``. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.options import numbers


@dataclass(frozen=True, kw_only=True)
class SoakOptions:
    """How long and how rough it is.

    ``faults`` is the share of provider calls that each kind of failure befalls, ``poll_seconds``
    the usual time between two looks at an account. ``kill_every_seconds`` of 0 kills nobody.
    """

    accounts: int = 200
    minutes: float = 3.0
    faults: float = 0.01
    poll_seconds: int = 60
    kill_every_seconds: float = 20.0
    seed: int = 1


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> SoakOptions:
    """Read ``key=value`` words; make hands its own on through the environment.

    Raises BadOption.
    """
    usual: dict[str, float] = asdict(SoakOptions())
    return SoakOptions(**numbers(usual, arguments, environ))  # type: ignore[arg-type]
