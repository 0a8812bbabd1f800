"""A second scorer, written from docs/challenges.md alone and without a line of the product.

It is slow and plain on purpose: all it does is look at every event again and count. The product has
to come to the same numbers by its own, incremental way.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass
class Walker:
    """Somebody who takes part: where they live, when they joined, and their teams since when."""

    name: str
    zone: str
    joined: datetime
    teams: list[tuple[datetime, str]] = field(default_factory=list)
    gone: bool = False

    def local(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.zone)).date()


@dataclass
class Heard:
    """What came in at an instant about one local day; None is unknown."""

    at: datetime
    who: str
    day: date
    measured: int | None
    with_typed: int | None


@dataclass
class Rules:
    first: date
    last: date
    kind: str = "most_steps"
    target: int = 0
    best_streak: bool = False
    stride: int = 0
    cap: int | None = None
    least: int = 0
    typed: str = "exclude"
    typed_most: int = 0
    from_joining: bool = False
    teams: str = "sum"
    teams_number: int = 1
    past_stays: bool = False


def counted_days(
    rules: Rules, walker: Walker, heard: dict[str, list[Heard]], until: datetime
) -> dict[date, int]:
    """Return {day: counted} of everything that was heard of them before ``until``."""
    in_time = [event for event in heard.get(walker.name, []) if event.at < until]
    latest = {event.day: event for event in sorted(in_time, key=lambda each: each.at)}
    counted: dict[date, int] = {}
    for day, event in latest.items():
        steps = admitted(rules, event)
        if steps is None or not rules.first <= day <= rules.last:
            continue
        too_early = rules.from_joining and day < walker.local(walker.joined)
        if too_early or steps < rules.least:
            steps = 0
        counted[day] = steps if rules.cap is None else min(steps, rules.cap)
    return counted


def admitted(rules: Rules, event: Heard) -> int | None:
    if rules.typed == "exclude":
        return event.measured
    if rules.typed in ("count", "label"):
        return event.with_typed
    if event.with_typed is None:
        return None
    by_hand = event.with_typed - (event.measured or 0)
    return (event.measured or 0) + min(by_hand, rules.typed_most)


def worth(rules: Rules, counted: dict[date, int]) -> tuple[int, int]:
    """Return a score as a pair whose order is the order of the board."""
    total = sum(counted.values())
    if rules.kind == "most_steps":
        return (total, 0)
    if rules.kind == "daily_goal":
        met = {day for day, steps in counted.items() if steps >= rules.target}
        if not rules.best_streak:
            return (len(met), total)
        best = 0
        for day in met:
            length = 0
            while day + timedelta(days=length) in met:
                length += 1
            best = max(best, length)
        return (best, total)
    target = rules.target
    per_step = rules.stride or 100
    arrived, so_far = None, 0
    for day in sorted(counted):
        so_far += counted[day]
        if arrived is None and so_far * per_step // 100 >= target:
            arrived = day
    soon = 0 if arrived is None else 10**6 - (arrived - rules.first).days
    return (min(total * per_step // 100, target), soon)


def team_parts(
    rules: Rules, walkers: list[Walker], heard: dict[str, list[Heard]], until: datetime
) -> dict[str, list[tuple[int, int, bool]]]:
    """Return {team: [(score, tie, known)]}."""
    parts: dict[str, list[tuple[int, int, bool]]] = {}
    for walker in walkers:
        if walker.gone or not walker.teams:
            continue
        counted = counted_days(rules, walker, heard, until)
        if not rules.past_stays:
            spans = [(walker.teams[-1][1], date.min, date.max)]
        else:
            spans = split(rules, walker)
        for team, first, last in spans:
            days = {day: steps for day, steps in counted.items() if first <= day <= last}
            parts.setdefault(team, []).append((*worth(rules, days), bool(days)))
    return parts


def split(rules: Rules, walker: Walker) -> list[tuple[str, date, date]]:
    """Return (team, first day, last day) for each of a walker's teams, as far as they had days."""
    spans = []
    starts = [date.min] + [walker.local(at) for at, _ in walker.teams[1:]]
    ends = [day - timedelta(days=1) for day in starts[1:]] + [date.max]
    for number, ((_, team), first, last) in enumerate(zip(walker.teams, starts, ends, strict=True)):
        current = number == len(walker.teams) - 1
        if current or last >= max(first, rules.first):
            spans.append((team, first, last))
    return spans


def team_worth(rules: Rules, parts: list[tuple[int, int, bool]]) -> float:
    scores = sorted(parts, reverse=True)
    if rules.teams == "best":
        scores = scores[: rules.teams_number]
    divisor = {
        "sum": 1,
        "best": 1,
        "average_all": len(parts),
        "average_with_data": sum(known for *_, known in parts),
        "fixed_divisor": rules.teams_number,
    }[rules.teams]
    return sum(score for score, *_ in scores) / max(divisor, 1)


def ranks(worths: dict[str, tuple[int, int]]) -> dict[str, int]:
    """Return {who: rank}; equals share one, and the next is left out: 1, 2, 2, 4."""
    return {
        who: 1 + sum(other > worth for other in worths.values()) for who, worth in worths.items()
    }
