"""A virtual journey along a route with waypoints. Pure.

Routes are measured in steps, or in metres that a documented stride turns steps into.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from challenges.kind import CountedDay, Frame, Kind, Settings, Tally, earlier_is_better, reached_on

DAYS_LIMIT = 1000
# A convention for adults of all heights; organizers who know better choose their own.
USUAL_STRIDE_CM = 76


class Waypoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place on the route, ``at`` so many steps or metres from its start."""

    at: Annotated[int, Meta(ge=0)]
    name: Annotated[str, Meta(min_length=1, max_length=80)]


class JourneySettings(Settings, frozen=True):
    """A route of ``length`` in ``unit``; ``stride_cm`` is one step in centimetres."""

    length: Annotated[int, Meta(ge=1, le=100_000_000)]
    waypoints: Annotated[tuple[Waypoint, ...], Meta(max_length=100)] = ()
    unit: Literal["steps", "metres"] = "metres"
    stride_cm: Annotated[int, Meta(ge=30, le=150)] = USUAL_STRIDE_CM


class Journey(Kind[JourneySettings]):
    """The score is the way that lies behind somebody; earlier arrival breaks ties."""

    slug = "journey"
    title = "Virtual journey"
    settings_type = JourneySettings
    additive = False
    tie_limit = DAYS_LIMIT

    def problems(self, settings: JourneySettings, frame: Frame) -> list[str]:
        """Waypoints lie on the route and in order."""
        del frame
        places = [waypoint.at for waypoint in settings.waypoints]
        if places != sorted(set(places)) or any(place > settings.length for place in places):
            return ["Waypoints have to rise and must not lie behind the end of the route."]
        return []

    def unit_of(self, settings: JourneySettings) -> str:
        """Return the unit of the route."""
        return settings.unit

    def tally(self, days: Sequence[CountedDay], settings: JourneySettings, frame: Frame) -> Tally:
        """Walk the route to its end at most."""
        way = travelled(sum(day.counted for day in days), settings)
        arrived = reached_on(days, steps_to(settings.length, settings))
        return Tally(min(way, settings.length), earlier_is_better(arrived, frame, DAYS_LIMIT))

    def words(self, settings: JourneySettings) -> list[str]:
        """Describe the route and how steps become way."""
        route = f"The route is {settings.length:,} {settings.unit} long; your score is your way."
        stride = f"One step is {settings.stride_cm} cm."
        named = [f"{one.name} at {one.at:,}" for one in settings.waypoints]
        return [
            route,
            *([stride] if settings.unit == "metres" else []),
            *([f"You pass {', '.join(named)}."] if named else []),
            "Who arrives on an earlier day is ahead.",
        ]

    def outlook(self, steps: int, settings: JourneySettings) -> dict[str, Any]:
        """Return what has been passed and what comes next."""
        way = min(travelled(steps, settings), settings.length)
        ahead = [one for one in settings.waypoints if one.at > way]
        return {
            "length": settings.length,
            "unit": settings.unit,
            "travelled": way,
            "percent": 100 * way // settings.length,
            "passed": [one.name for one in settings.waypoints if one.at <= way],
            "next": {"name": ahead[0].name, "in": ahead[0].at - way} if ahead else None,
            "arrived": way >= settings.length,
        }


def travelled(steps: int, settings: JourneySettings) -> int:
    """Return the whole steps or metres of route that ``steps`` make."""
    return steps if settings.unit == "steps" else steps * settings.stride_cm // 100


def steps_to(way: int, settings: JourneySettings) -> int:
    """Return the fewest steps that make ``way``."""
    return way if settings.unit == "steps" else -(-way * 100 // settings.stride_cm)


KIND = Journey()
