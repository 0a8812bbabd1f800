"""Polar's OAuth: a client in a Basic header, a token that lasts, the account in its answer."""

from typing import Any, Literal

from sandbox.knobs import Seconds
from sandbox.oauth_stand_in.accounts import number_id
from sandbox.oauth_stand_in.dialect import Dialect, Issued, OAuthKnobs, token_answer

ROOM = "polar"
SCOPE = "accesslink.read_all"


class PolarKnobs(OAuthKnobs, frozen=True, kw_only=True):
    """What nobody is sure of at Polar.

    `names_days`: whether the rows of a range say below `samples` which day they are. `clock`: what
    `start_time` without an offset shows. `no_data`: how a range without any is answered.
    """

    access_token_seconds: Seconds | None = 365 * 86400
    refresh_tokens: Literal["none", "kept", "rotated"] = "none"
    client_auth: Literal["either", "body", "basic"] = "basic"
    names_days: bool = True
    clock: Literal["utc", "local"] = "utc"
    no_data: Literal["list", "204"] = "list"
    signature_header: Literal["Polar-Webhook-Signature", "X-Polar-Webhook-Signature"] = (
        "Polar-Webhook-Signature"
    )
    signs_pings: bool = True
    webhook_secret: str = "sandbox-webhook-secret"  # noqa: S105 - it guards made-up people
    sprinkle: bool = True


def _token_answer(issued: Issued) -> dict[str, Any]:
    body = token_answer(issued) | {"x_user_id": number_id(ROOM, issued.email)}
    body.pop("scope")
    return body


DIALECT = Dialect(
    room=ROOM,
    service="Polar Flow",
    scopes={SCOPE: "Your training and activity data"},
    knobs=PolarKnobs,
    choice=False,
    token_answer=_token_answer,
)
