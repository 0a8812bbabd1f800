"""The phases at the end of a challenge in which everybody is read anew. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from challenges.phases import Calendar, final_at, over_at

LEAD = timedelta(hours=3)
# What is read for the result has to be stored before it is final.
MARGIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Phase:
    """Readings are spread from ``begin`` to ``end`` (UTC)."""

    name: str
    begin: datetime
    end: datetime

    def holds(self, now: datetime) -> bool:
        """Whether the phase is going on."""
        return self.begin <= now < self.end


def phases_of(calendar: Calendar) -> tuple[Phase, ...]:
    """Return the phases of a challenge.

    ``closing``: before the last day is over everywhere. ``grace``: after that, for what trackers
    delivered at the last moment. ``final``: before late steps stop to count; with a short grace
    period the second is near enough to that.
    """
    over, final = over_at(calendar.ends_on), final_at(calendar)
    last_chance = final - MARGIN
    phases = [Phase("closing", over - LEAD, over if over < final else last_chance)]
    if over < last_chance:
        phases.append(Phase("grace", over, min(over + LEAD, last_chance)))
    if over + 2 * LEAD <= final:
        phases.append(Phase("final", final - LEAD, last_chance))
    return tuple(phases)
