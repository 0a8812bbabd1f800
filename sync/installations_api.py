"""The phones of a connection: see them, add one, end one."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations import connections, phones
from integrations.models import Connection
from integrations.registry import UnknownProvider
from sync import accounts, render, schemas
from sync.api import own_connection, phone_setup
from users.bodies import valid
from users.identifiers import not_found, uuid_or_404
from users.problems import ProblemError
from users.query_params import invalid

_REFUSALS = {
    "connection_not_active": "This connection is not active. Reconnect it; that gives a token.",
    "too_many_phones": "There are too many phones already. Remove one that is no longer used.",
}


class InstallationsView(APIView):
    """Every phone that pushes for one connection."""

    @extend_schema(responses=schemas.InstallationList, operation_id="installations")
    def get(self, request: Request, connection_id: str) -> Response:
        """Return the phones whose tokens hold, oldest first."""
        rows = phones.phones_of(own_connection(request, connection_id))
        shown = [render.installation(row) for row in rows.select_related("connection")]
        return Response({"results": shown, "next": None})

    @extend_schema(
        request=schemas.AddInstallationIn,
        responses={201: schemas.InstallationAdded},
        operation_id="add_installation",
    )
    def post(self, request: Request, connection_id: str) -> Response:
        """Give one more phone a token of its own; with ``replaces`` the old one's token ends."""
        row = own_connection(request, connection_id)
        wanted = valid(schemas.AddInstallationIn, request).get("replaces")
        added, token = _added(row, wanted)
        answer = {"installation": render.installation(added), **phone_setup(row.provider, token)}
        return Response(answer, status=201)


class InstallationView(APIView):
    """One phone."""

    @extend_schema(responses={204: None}, operation_id="remove_installation")
    def delete(self, request: Request, connection_id: str, installation_id: str) -> Response:
        """End the phone's token at once; without a phone left, the connection is disconnected."""
        row = own_connection(request, connection_id)
        try:
            accounts.remove_phone(
                connection=row, phone_id=uuid_or_404(installation_id), now=timezone.now()
            )
        except phones.UnknownPhone:
            raise not_found() from None
        return Response(status=204)


def _added(row: Connection, replaces: Any) -> tuple[Any, str]:
    try:
        return connections.add_phone(connection=row, replaces=replaces, now=timezone.now())
    except UnknownProvider:
        raise ProblemError(409, "not_a_phone", "Only phones have installations.") from None
    except phones.UnknownPhone:
        raise invalid("replaces", "This connection has no such phone.") from None
    except phones.PhoneRefused as refused:
        raise ProblemError(409, refused.code, _REFUSALS[refused.code]) from None
