"""Garmin's OAuth: PKCE only, no scopes in the request, rotating refresh tokens."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from sandbox.knobs import Seconds
from sandbox.oauth_stand_in.dialect import Dialect, Issued, OAuthKnobs, token_answer

ROOM = "garmin"
HEALTH, HISTORY = "HEALTH_EXPORT", "HISTORICAL_DATA_EXPORT"


class GarminKnobs(OAuthKnobs, frozen=True, kw_only=True):
    """What nobody is sure of at Garmin.

    `user_root`: under which of the two paths the person's endpoints stand. `history_days`: how far
    back a backfill may begin. `client_id` is what the header of a notice says.
    """

    access_token_seconds: Seconds | None = 86400
    refresh_tokens: Literal["none", "kept", "rotated"] = "rotated"
    refresh_token_seconds: Seconds | None = 7775998
    pkce: Literal["optional", "required"] = "required"
    client_auth: Literal["either", "body", "basic"] = "body"
    user_root: Literal["both", "wellness-api", "partner-gateway"] = "both"
    permissions_shape: Literal["list", "object"] = "list"
    history_days: Annotated[int, Meta(ge=1, le=800)] = 60
    pull_shape: Literal["list", "object"] = "list"
    sprinkle: bool = True


def _token_answer(issued: Issued) -> dict[str, Any]:
    """What `scope` says is not what the person ticked."""
    return token_answer(issued) | {
        "scope": "CONNECT_READ PARTNER_READ",
        "refresh_token_expires_in": issued.refresh_expires_in,
        "jti": "00000000-0000-4000-8000-000000000001",
    }


DIALECT = Dialect(
    room=ROOM,
    service="Garmin Connect",
    scopes={HEALTH: "Daily health statistics", HISTORY: "Historical data"},
    knobs=GarminKnobs,
    token_answer=_token_answer,
)
