"""What nobody is sure of, or what has changed over time, at the Misfit Cloud API."""

from typing import Annotated, Literal

from msgspec import Meta

from sandbox.knobs import Seconds
from sandbox.oauth_stand_in.dialect import OAuthKnobs


class MisfitKnobs(OAuthKnobs, frozen=True, kw_only=True):
    """Every knob with its default.

    `end_date` flapping: included in every other answer. `longest_range_days` lies between start and
    end. `state`: what is left of the service.
    """

    access_token_seconds: Seconds | None = None
    refresh_tokens: Literal["none", "kept", "rotated"] = "none"
    end_date: Literal["inclusive", "exclusive", "flapping"] = "exclusive"
    longest_range_days: Literal[30, 31] = 30
    numbers: Literal["mixed", "int", "float"] = "mixed"
    error_keys: Literal["code", "error_code"] = "error_code"
    server_error: Literal["text", "empty_object"] = "text"
    refused_client: Literal["401", "no_token"] = "401"
    calls_per_hour: Annotated[int, Meta(ge=1, le=10**6)] = 150
    rate_reset: Literal["future", "past", "missing"] = "future"
    profile_name: bool = True
    device: Literal["synced", "never_synced", "none"] = "synced"
    sprinkle: bool = True
    state: Literal["open", "gone", "landing_page"] = "open"
    redeliver_after_seconds: Annotated[float, Meta(ge=0, le=3600)] = 15
