"""Polar's hosts under one prefix."""

from datetime import date
from typing import Any

from werkzeug.routing import BaseConverter, Map, Rule, ValidationError

from sandbox.oauth_stand_in.desk import caller_of, with_oauth
from sandbox.polar import api
from sandbox.polar.dialect import DIALECT, ROOM
from sandbox.reception import Reception
from sandbox.scripted import failed


class Day(BaseConverter):
    """A civil date in a path."""

    regex = r"\d{4}-\d\d-\d\d"

    def to_python(self, value: str) -> date:
        """Read it; a day that does not exist is no such address."""
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError from error


ACTIVITIES = "/polar/v3/users/activities"
ROUTES = Map(
    [
        Rule("/polar/oauth/authorize", endpoint="authorize", methods=["GET", "POST"]),
        Rule("/polar/oauth/token", endpoint="token", methods=["POST"]),
        Rule("/polar/v3/users", endpoint="register", methods=["POST"]),
        Rule("/polar/v3/users/<int:user_id>", endpoint="user", methods=["DELETE"]),
        Rule(ACTIVITIES, endpoint="activities", methods=["GET"]),
        Rule(f"{ACTIVITIES}/<day:day>", endpoint="day", methods=["GET"]),
    ],
    converters={"day": Day},
    merge_slashes=False,
)
GROUPS = {"authorize": "authorize", "token": "oauth", "register": "users", "user": "users"}


def _body(status: int, kind: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": kind}}


RECEPTION = Reception(
    room=ROOM,
    routes=ROUTES,
    groups=GROUPS,
    caller=caller_of(DIALECT),
    answer=with_oauth(DIALECT, api.answer),
    failed=failed(DIALECT, body=_body),
    nowhere=lambda: api.error(404),
)
