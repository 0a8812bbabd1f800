"""Reading control requests: whatever is wrong with one becomes a 400 with a sentence."""

from datetime import date
from typing import Any, TypeVar

import msgspec
from werkzeug.wrappers import Request, Response

from sandbox.people import Person
from sandbox.rooms import Room, find_rooms
from sandbox.world import World
from sandbox.zones import EARLIEST, LATEST, reachable

T = TypeVar("T")


class ControlError(Exception):
    """A control request that cannot be done: {"error": message} with a 4xx status."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def json_answer(body: Any, *, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(body), status=status, content_type="application/json")


def read_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object; an empty body is an empty object."""
    data = request.get_data()
    if not data.strip():
        return {}
    body = msgspec.json.decode(data)
    if not isinstance(body, dict):
        raise ControlError("the body must be a JSON object")
    return body


def read_as(request: Request, kind: type[T]) -> T:
    """The body as a `kind`."""
    return msgspec.convert(read_object(request), kind)


def person_of(world: World, email: str) -> Person:
    """The person with this address, or a 404."""
    person = world.people.get(email)
    if person is None:
        raise ControlError(f"nobody has the address {email!r}", status=404)
    return person


def room_of(name: str) -> Room:
    """The room of that name, or a 400."""
    room = find_rooms().get(name)
    if room is None:
        raise ControlError(f"there is no room {name!r}; rooms: {', '.join(find_rooms())}")
    return room


def room_asked_for(request: Request) -> Room:
    """The room that `?room=` names; Google's without it."""
    return room_of(request.args.get("room") or "google")


def read_date(text: str | None, name: str, default: date) -> date:
    """A date from the query string."""
    if not text:
        return default
    try:
        return within_reach(date.fromisoformat(text))
    except ValueError:
        raise ControlError(f"{name} must be a date like 2026-11-19") from None


def within_reach(day: date) -> date:
    """The day, when it lies in the years the sandbox can compute with."""
    if not reachable(day):
        raise ControlError(f"dates must lie between {EARLIEST} and {LATEST}")
    return day


def read_limit(text: str | None, default: int) -> int:
    """A positive whole number from the query string."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ControlError("limit must be a whole number")
    return int(text)
