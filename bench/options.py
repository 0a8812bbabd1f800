"""What was asked for on the command line: ``name=ingest,days size=full runs=5``. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from bench.sizes import SIZES, Sizes

# In the order in which they run; each is a module of ``bench.cases``.
CASES = (
    "merge",
    "ingest",
    "ingest-small",
    "days",
    "pick",
    "poll",
    "tap",
    "board",
    "refill",
)
KEYS = ("name", "size", "runs", "out")


class BadOption(Exception):
    """An option nobody knows; the message lists those there are."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Which benchmarks to run, how much each does, and which file to write (None: the usual)."""

    names: tuple[str, ...]
    sizes: Sizes
    out: Path | None


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Read ``key=value`` words; make hands its own on through the environment.

    Raises BadOption.
    """
    given = {key: environ[key] for key in KEYS if environ.get(key)}
    for argument in arguments:
        key, _, value = argument.partition("=")
        if key not in KEYS or not value:
            raise BadOption(f"{argument!r} is none of {'=..., '.join(KEYS)}=...")
        given[key] = value
    out = Path(given["out"]) if "out" in given else None
    return Options(names=_names(given.get("name")), sizes=_sizes(given), out=out)


Number = TypeVar("Number", int, float)


def numbers(
    usual: Mapping[str, Number],
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    least: int = 0,
) -> dict[str, Number]:
    """Read ``key=value`` words that are numbers of the same kind as the usual ones.

    Make hands its own on through the environment. Raises BadOption.
    """
    words: list[str] = [f"{key}={environ[key]}" for key in usual if environ.get(key)]
    found = dict(usual)
    for word in [*words, *arguments]:
        key, _, value = word.partition("=")
        if key not in usual:
            raise BadOption(f"{word!r} is none of {'=..., '.join(usual)}=...")
        try:
            found[key] = type(usual[key])(value)
        except ValueError:
            raise BadOption(f"{word!r} is no number") from None
        if not found[key] >= least:
            raise BadOption(f"{word!r} is below {least}")
    return found


def _names(text: str | None) -> tuple[str, ...]:
    if text is None:
        return CASES
    wanted = text.split(",")
    unknown = [name for name in wanted if name not in CASES]
    if unknown:
        raise BadOption(f"no benchmark {unknown[0]!r}; there are {', '.join(CASES)}")
    return tuple(name for name in CASES if name in wanted)


def _sizes(given: Mapping[str, str]) -> Sizes:
    size, runs = given.get("size", "usual"), given.get("runs")
    if size not in SIZES:
        raise BadOption(f"no size {size!r}; there are {', '.join(SIZES)}")
    if runs is None:
        return SIZES[size]
    if not runs.isdecimal() or int(runs) < 1:
        raise BadOption("runs must be a number from 1")
    return replace(SIZES[size], runs=int(runs))
