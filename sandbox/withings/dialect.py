"""Withings' envelope, and its OAuth inside it."""

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from sandbox.oauth_stand_in.accounts import number_id
from sandbox.oauth_stand_in.dialect import Dialect, Issued, Refusal, json_response
from sandbox.withings.knobs import WithingsKnobs

ROOM = "withings"
REFUSED_TOKEN, FORBIDDEN, BAD_CALLBACK, TIMEOUT, TOO_MANY = 401, 214, 293, 522, 601
# A number for a request that makes no sense; nobody has agreed on which one it is.
BAD_REQUEST = 2553
INVALID = 503


def good(inner: Mapping[str, Any]) -> Response:
    """An answer that is one."""
    return json_response({"status": 0, "body": dict(inner)})


def bad(status: int, error: str = "") -> Response:
    """HTTP 200 with the error inside."""
    return json_response({"status": status, "body": {}, "error": error})


def token_answer(issued: Issued) -> dict[str, Any]:
    """The token in its envelope, with the account it opens."""
    inner = {
        "userid": number_id(ROOM, issued.email),
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "scope": ",".join(sorted(issued.scopes)),
        "expires_in": issued.expires_in,
        "token_type": "Bearer",
    }
    return {"status": 0, "body": inner}


def refusal(refused: Refusal) -> Response:
    """A refusal, inside a success like every other; a dead code or token is an invalid one."""
    if refused.error == "invalid_grant":
        what = "refresh_token" if "refresh token" in refused.reason else "code"
        return bad(INVALID, f"Invalid Params: invalid {what}")
    number = FORBIDDEN if refused.error == "invalid_client" else BAD_REQUEST
    return bad(number, refused.reason)


DIALECT = Dialect(
    room=ROOM,
    service="Withings",
    scopes={
        "user.activity": "See your activity",
        "user.info": "See your profile",
        "user.metrics": "See your measures",
    },
    knobs=WithingsKnobs,
    separator=",",
    choice=False,
    token_answer=token_answer,
    refusal=refusal,
)
