"""The instants at which something happens to a challenge, in words. Pure."""

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple, Protocol

from challenges.phases import Calendar, begins_at, final_at, last_day, over_at


class Moment(NamedTuple):
    """What happens, when (aware), and that instant in words."""

    what: str
    at: datetime
    words: str


class Planned(Calendar, Protocol):
    """A challenge, or a plan for one."""


def moments_of(planned: Planned, *, zone: tzinfo) -> list[Moment]:
    """Return the turning points in order, worded for people in ``zone``; no end without one."""
    found = [("The first day begins somewhere on earth", begins_at(planned.starts_on))]
    if last_day(planned):
        found += [
            ("The last day has ended everywhere", over_at(planned.ends_on)),
            ("Late steps stop counting, the result becomes final", final_at(planned)),
        ]
    return [Moment(what, at, in_words(at, zone)) for what, at in found]


def in_words(instant: datetime, zone: tzinfo) -> str:
    """Write an instant in ``zone``, and in UTC where that is another time of day."""
    local, plain = instant.astimezone(zone), instant.astimezone(UTC)
    same = local.utcoffset() == plain.utcoffset()
    return _written(local) if same else f"{_written(local)} ({plain:%H:%M} UTC)"


def _written(local: datetime) -> str:
    return f"{local:%A}, {local.day} {local:%B %Y}, {local:%H:%M %Z}"
