"""Plays a season: everything before the end, the freezing, what comes too late, the comparison."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError

from bench.season import sharing, statistics
from bench.season.comparing import Comparison, Truth, compare
from bench.season.games import END, GAMES
from bench.season.world import World
from challenges import results
from challenges.drift import drifts

AT_ONCE = 1000
Say = Callable[[str], None]


def play(*, people: int, seed: int, workers: int = 1, say: Say) -> Comparison:
    """Play a season through the ledger and compare every row of what came of it.

    With several ``workers`` outside a transaction: each is a process with a share of the people.
    """
    world = World(people, seed)
    say(f"{people} people, {world.left} things will happen to them")
    _live(world, before=END, workers=workers, say=say)
    found = Comparison()
    for name, game in world.games.items():
        found.hold(f"{name}: drift", {each.what: each for each in drifts(game)}, {})
    _freeze(found)
    say("frozen; what comes too late follows")
    _live(world, before=None, workers=workers, say=say)
    say("working everything out again by the other ledger and the other scorer")
    compared = compare(world, Truth(world))
    compared.rows |= found.rows
    compared.wrong += [*found.wrong, *_checks(world)]
    return compared


def _live(world: World, *, before: datetime | None, workers: int, say: Say) -> None:
    if workers > 1:
        sharing.live(world, before=before, workers=workers, say=say)
    while world.live(before=before, most=AT_ONCE):
        statistics.refresh()
        say(f"{world.left} things left")


def _freeze(found: Comparison) -> None:
    early = results.finalise_due(now=END - timedelta(seconds=1))
    frozen = results.finalise_due(now=END)
    found.hold(
        "challenges frozen", {"early": early, "due": frozen}, {"early": 0, "due": len(GAMES)}
    )


def _checks(world: World) -> Iterator[tuple[str, object, object]]:
    """Run the commands that prove days and standings, and work the fingerprints out again."""
    commands = [["rebuild_days", "--organization", str(world.company.pk), "--check"]]
    commands += [
        ["rebuild_standings", "--challenge", str(game.pk), "--check"]
        for game in world.games.values()
    ]
    for command in commands:
        said = StringIO()
        try:
            call_command(*command, stdout=said, stderr=StringIO())
        except CommandError as error:
            yield " ".join(command), said.getvalue()[-2000:], str(error)
    for name, game in world.games.items():
        result = results.current(game)
        if result is None or not results.agrees(result):
            yield f"{name}: fingerprint", result, "agrees"
