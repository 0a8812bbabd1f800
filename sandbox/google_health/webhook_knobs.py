"""How Google's webhooks behave: readings that nobody has confirmed, and things that go wrong."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sandbox.world import World


class WebhookKnobs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every knob with its default.

    `follow`: notices follow changed steps by themselves. `on_revoke`: a `DELETE` follows a
    withdrawn consent. `copies`: each message is sent so many times. `shuffled`: newest first.
    """

    follow: bool = True
    on_revoke: bool = True
    shape: Literal["array", "object"] = "array"
    header: Literal["GOOGLE-HEALTH-API-SIGNATURE", "X-HEALTHAPI-SIGNATURE"] = (
        "GOOGLE-HEALTH-API-SIGNATURE"
    )
    copies: Annotated[int, Meta(ge=1, le=20)] = 1
    shuffled: bool = False
    first_pause_seconds: Annotated[float, Meta(gt=0, le=3600)] = 1.0
    keep_seconds: Annotated[float, Meta(ge=1, le=30 * 86400)] = 7 * 86400.0
    bare_subscriber: bool = False


def knobs_of(world: World) -> WebhookKnobs:
    """The knobs in force."""
    return world.knobs_of("google webhooks", WebhookKnobs).now
