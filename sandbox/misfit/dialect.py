"""Misfit's OAuth: comma scopes, no refresh, no expiry, and its own way of refusing."""

from typing import Any

from werkzeug.wrappers import Response

from sandbox.misfit.knobs import MisfitKnobs
from sandbox.misfit.shapes import json_response
from sandbox.oauth_stand_in.dialect import Dialect, Issued, Refusal

ROOM = "misfit"
EXPIRED = "Authorization code expired"
MISMATCH = "App Id or redirect_uri does not match"


def token_answer(issued: Issued) -> dict[str, Any]:
    """A token and its type, and nothing else: no scope, no expiry, no account."""
    return {"access_token": issued.access_token, "token_type": "bearer"}


def refusal(refused: Refusal) -> Response:
    """403 for a code, with one of two texts; 401 for a client."""
    if refused.error == "invalid_grant":
        text = MISMATCH if refused.reason.startswith("other client") else EXPIRED
        return json_response({"error": "invalid_grant", "error_description": text}, status=403)
    if refused.error == "invalid_client":
        return json_response({"code": 401, "message": "Unauthorized"}, status=401)
    return json_response({"error_message": "Invalid parameters"}, status=400)


DIALECT = Dialect(
    room=ROOM,
    service="Misfit",
    scopes={
        "public": "See your activity",
        "birthday": "See your birthday",
        "email": "See your e-mail address",
        "tracking": "See your tracking",
        "session": "See your sessions",
        "sleeps": "See your sleep",
    },
    knobs=MisfitKnobs,
    separator=",",
    choice=False,
    token_answer=token_answer,
    refusal=refusal,
)
