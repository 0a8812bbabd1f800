"""What the addresses for foreign apps share: the token, the bounded body, no refusal of data.

Foreign apps know 401 as "sign in again" and a 5xx as "try again later". Some throw away what any
other 4xx refused, so none is ever sent: overload is 503, a disconnected phone is told 401.
"""

import math
from typing import Any, NoReturn, cast

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.models import Installation
from integrations.relay1 import MalformedUpload
from sync.relay_auth import RelayAuthentication
from sync.relay_body import RawBody, body_of
from users.problems import ProblemError


class JsonWhateverIsAsked(DefaultContentNegotiation):
    """Answers in JSON also where the app announces that it would rather have something else."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002 - DRF's signature
        """Return the only renderer."""
        return renderers[0], renderers[0].media_type


class AdapterView(APIView):
    """An address for a foreign app."""

    authentication_classes: Any = (RelayAuthentication,)
    parser_classes = (RawBody,)
    content_negotiation_class = JsonWhateverIsAsked

    def throttled(self, request: Request, wait: float | None) -> NoReturn:  # noqa: ARG002 - DRF's signature
        """Ask to come again later."""
        seconds = {"Retry-After": str(math.ceil(wait or 1))}
        raise ProblemError(
            503, "busy", "Too many uploads at once; send it again later.", None, seconds
        )

    def handle_exception(self, exc: Exception) -> Response:
        """Say 401 where our own app is told that the phone was disconnected."""
        if isinstance(exc, ProblemError) and exc.status == 410:
            header = {"WWW-Authenticate": 'Bearer realm="relay"'}
            exc = ProblemError(401, exc.code, exc.detail, headers=header)
        return super().handle_exception(exc)


def installation_of(request: Request) -> Installation:
    """The phone the token belongs to."""
    return cast(Installation, request.auth)


def readable_body(request: Request) -> bytes:
    """The body as sent, decompressed.

    Raises ``MalformedUpload`` for a broken gzip stream and ``ProblemError`` 503 for too much.
    """
    try:
        return body_of(request)
    except ProblemError as refused:
        if refused.status == 413:
            raise ProblemError(503, refused.code, refused.detail) from refused
        raise MalformedUpload(refused.detail) from refused
