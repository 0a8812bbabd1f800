"""What was asked for: ``accounts=2000 minutes=10 faults=0.05 kills=yes seed=1``. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from bench.options import BadOption


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
    kinds = {field.name: type(getattr(SoakOptions(), field.name)) for field in fields(SoakOptions)}
    words = [f"{key}={environ[key]}" for key in kinds if environ.get(key)]
    given: dict[str, int | float] = {}
    for word in [*words, *arguments]:
        key, _, value = word.partition("=")
        if key not in kinds:
            raise BadOption(f"{word!r} is none of {'=..., '.join(kinds)}=...")
        given[key] = _number(value, kinds[key])
    return SoakOptions(**given)  # type: ignore[arg-type]


def _number(text: str, kind: type) -> int | float:
    try:
        number: int | float = kind(text)
    except ValueError:
        raise BadOption(f"{text!r} is not a number") from None
    if number < 0:
        raise BadOption(f"{text!r} is below zero")
    return number
