"""What is not agreed on, or is at the vendor's choice, in the Withings API."""

from typing import Annotated, Literal

from msgspec import Meta

from sandbox.knobs import Seconds
from sandbox.oauth_stand_in.dialect import OAuthKnobs


class WithingsKnobs(OAuthKnobs, frozen=True, kw_only=True):
    """Every knob with its default.

    An old refresh token lives eight hours more, or until the new access token is first used.
    `sources`: how many rows a day has; the second is a phone that saw half of it. `probe`: whether
    an address has to answer HEAD before it can be subscribed.
    """

    access_token_seconds: Seconds | None = 10800
    refresh_tokens: Literal["none", "kept", "rotated"] = "rotated"
    refresh_token_seconds: Seconds | None = 365 * 86400
    old_refresh_token_seconds: Annotated[int, Meta(ge=0, le=400 * 86400)] = 8 * 3600
    code_seconds: Seconds = 30
    rows_per_page: Annotated[int, Meta(ge=1, le=1000)] = 100
    end_date: Literal["inclusive", "exclusive"] = "inclusive"
    sources: Literal[1, 2] = 1
    calls_per_minute: Annotated[int, Meta(ge=1, le=10**6)] = 120
    too_many: Literal["601", "429"] = "601"
    probe: bool = True
    redeliver_after_seconds: Annotated[float, Meta(ge=0, le=3600)] = 10
    sprinkle: bool = True
