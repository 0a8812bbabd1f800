"""Lets several processes live through a season side by side, each its share of the people.

What happens to one person happens in order. People of one team meet in the database, as uploads
and polls do that several workers take in.
"""

import multiprocessing
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connections

from bench.season.world import World

TELL_EVERY_SECONDS = 30.0
Say = Callable[[str], None]
_together = multiprocessing.get_context("fork")


def live(world: World, *, before: datetime | None, workers: int, say: Say) -> None:
    """Let everything happen until ``before``; raises ``RuntimeError`` when a process fails."""
    _let_go_of_servers()
    done = _together.Value("q", 0)
    shares = [
        _together.Process(target=_live_share, args=(world, before, number, workers, done))
        for number in range(workers)
    ]
    for share in shares:
        share.start()
    for share in shares:
        while share.is_alive():
            share.join(TELL_EVERY_SECONDS)
            say(f"{world.left - done.value} things left")
    if any(share.exitcode for share in shares):
        raise RuntimeError("a process that lived through a part of it has failed")
    world.pass_over(before=before)


def _live_share(
    world: World, before: datetime | None, number: int, workers: int, done: Any
) -> None:
    for act in world.acts_of(number, workers, before=before):
        act()
        with done.get_lock():
            done.value += 1


def _let_go_of_servers() -> None:
    """A connection that two processes use gives each the other's answers."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
