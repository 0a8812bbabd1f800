"""Many people doing the same thing at once, each in a thread that never touches the database."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

AT_ONCE = 12
Who = TypeVar("Who")
What = TypeVar("What")


def everybody(people: Iterable[Who], do: Callable[[Who], What]) -> list[What]:
    """Return what ``do`` gives for each, in order; the first exception ends the others' start."""
    pool = ThreadPoolExecutor(max_workers=AT_ONCE)
    try:
        return list(pool.map(do, people))
    finally:
        pool.shutdown(cancel_futures=True)
