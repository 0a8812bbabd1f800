"""Oura's OAuth: rotating refresh tokens, and a revocation with the token in the query."""

from typing import Annotated, Literal

from msgspec import Meta

from sandbox.knobs import Seconds
from sandbox.oauth_stand_in.dialect import Dialect, OAuthKnobs

ROOM = "oura"
DAILY, PERSONAL = "daily", "personal"


class OuraKnobs(OAuthKnobs, frozen=True, kw_only=True):
    """What nobody is sure of at Oura.

    `end_date`: whether it is included. `page_rows`: days per page. `lapsed`: the addresses of
    members who pay no longer. `limited_tier`: which limit a 429 names.
    """

    access_token_seconds: Seconds | None = 86400
    refresh_tokens: Literal["none", "kept", "rotated"] = "rotated"
    client_auth: Literal["either", "body", "basic"] = "body"
    end_date: Literal["inclusive", "exclusive"] = "exclusive"
    page_rows: Annotated[int, Meta(ge=1, le=1000)] = 10
    id_needs_personal: bool = False
    lapsed: list[str] = []
    limited_tier: Literal["token", "application"] = "token"
    subscription_seconds: Seconds = 30 * 86400
    sprinkle: bool = True


DIALECT = Dialect(
    room=ROOM,
    service="Oura",
    scopes={DAILY: "Daily summaries", PERSONAL: "Age, gender, height and weight"},
    knobs=OuraKnobs,
)
