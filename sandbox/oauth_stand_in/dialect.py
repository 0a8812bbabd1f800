"""How one provider speaks OAuth: what its token answers and its refusals look like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from werkzeug.wrappers import Response

from sandbox.knobs import Seconds


class OAuthKnobs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a room's OAuth does; a room derives its own knobs and sets the defaults it needs.

    `access_token_seconds` null: for ever, and not told. A rotated refresh token lives on for
    `old_refresh_token_seconds`.
    """

    access_token_seconds: Seconds | None = 3600
    refresh_tokens: Literal["none", "kept", "rotated"] = "kept"
    refresh_token_seconds: Seconds | None = None
    old_refresh_token_seconds: Annotated[int, Meta(ge=0, le=400 * 86400)] = 0
    code_seconds: Seconds = 600
    pkce: Literal["optional", "required"] = "optional"
    client_auth: Literal["either", "body", "basic"] = "either"


@dataclass(frozen=True, kw_only=True)
class Issued:
    """Tokens just given out; lifetimes in seconds. `email` is whose account it is."""

    email: str
    scopes: frozenset[str]
    access_token: str
    expires_in: int | None
    refresh_token: str | None
    refresh_expires_in: int | None


class Refusal(Exception):  # an answer, not a crash
    """What the token endpoint refuses, by the word of RFC 6749, and more closely: `reason`."""

    def __init__(self, error: str, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.error = error
        self.reason = reason
        self.status = status


def json_response(body: Any, *, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(body), status=status, content_type="application/json")


def token_answer(issued: Issued) -> dict[str, Any]:
    """The answer of RFC 6749, 5.1."""
    body: dict[str, Any] = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "scope": " ".join(sorted(issued.scopes)),
    }
    if issued.expires_in is not None:
        body["expires_in"] = issued.expires_in
    if issued.refresh_token is not None:
        body["refresh_token"] = issued.refresh_token
    return body


def refusal(refused: Refusal) -> Response:
    """The answer of RFC 6749, 5.2."""
    body = {"error": refused.error, "error_description": refused.reason}
    return json_response(body, status=refused.status)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """A provider's habits.

    `room` is the room's segment, `service` what the provider is called, `scopes` the words on the
    consent page by scope; who asks for no scope asks for all. `choice`: whether a person may grant
    only some of them. `token_answer` writes the body of a
    token answer, `refusal` the answer to a refused token request.
    """

    room: str
    service: str
    scopes: Mapping[str, str]
    knobs: type[OAuthKnobs] = OAuthKnobs
    separator: str = " "
    choice: bool = True
    token_answer: Callable[[Issued], Mapping[str, Any]] = token_answer
    refusal: Callable[[Refusal], Response] = refusal

    def read(self, text: str) -> frozenset[str]:
        """Scopes as asked for; whatever the separator is, a space separates, too."""
        return frozenset(text.replace(self.separator, " ").split())
