"""Garmin's hosts under one prefix."""

from werkzeug.routing import Map, Rule

from sandbox.garmin import api
from sandbox.garmin.dialect import DIALECT, ROOM
from sandbox.oauth_stand_in.desk import caller_of, with_oauth
from sandbox.reception import Reception
from sandbox.scripted import failed

HEALTH_API = "/garmin/wellness-api/rest"
USER = "/garmin/<any('wellness-api', 'partner-gateway'):root>/rest/user"

ROUTES = Map(
    [
        Rule("/garmin/oauth/authorize", endpoint="authorize", methods=["GET", "POST"]),
        Rule("/garmin/oauth/token", endpoint="token", methods=["POST"]),
        Rule(f"{USER}/id", endpoint="user_id", methods=["GET"]),
        Rule(f"{USER}/permissions", endpoint="permissions", methods=["GET"]),
        Rule(f"{USER}/registration", endpoint="registration", methods=["DELETE"]),
        Rule(f"{HEALTH_API}/dailies", endpoint="dailies", methods=["GET"]),
        Rule(f"{HEALTH_API}/backfill/dailies", endpoint="backfill", methods=["GET"]),
    ],
    merge_slashes=False,
)
GROUPS = {
    "authorize": "authorize",
    "token": "oauth",
    "user_id": "user",
    "permissions": "user",
    "registration": "user",
}


def _body(status: int, kind: str) -> dict[str, str]:
    return {"errorMessage": f"{status} {kind}"}


RECEPTION = Reception(
    room=ROOM,
    routes=ROUTES,
    groups=GROUPS,
    caller=caller_of(DIALECT),
    answer=with_oauth(DIALECT, api.answer),
    failed=failed(DIALECT, body=_body, statuses={"403_scope": 412}),
    nowhere=lambda: api.error(404),
)
