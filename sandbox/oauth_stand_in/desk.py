"""The part of a room's front desk that is the same wherever the stand-in's OAuth is spoken."""

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.oauth_stand_in import token_endpoint
from sandbox.oauth_stand_in.consent import authorize
from sandbox.oauth_stand_in.dialect import Dialect
from sandbox.world import World

Answer = Callable[[World, Request, str, Mapping[str, Any]], Response]


def caller_of(dialect: Dialect) -> Callable[[World, Request, str], str | None]:
    """Whose account a request is about: of the code or token that it shows."""

    def caller(world: World, request: Request, endpoint: str) -> str | None:
        del endpoint
        return token_endpoint.caller(world, dialect, request)

    return caller


def with_oauth(dialect: Dialect, answer: Answer) -> Answer:
    """Answer the endpoints ``authorize`` and ``token``, and leave the others to ``answer``."""

    def answered(
        world: World, request: Request, endpoint: str, args: Mapping[str, Any]
    ) -> Response:
        if endpoint == "authorize":
            return authorize(world, dialect, request)
        if endpoint == "token":
            return token_endpoint.token(world, dialect, request)
        return answer(world, request, endpoint, args)

    return answered
