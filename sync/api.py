"""Connections, taps and attempts over HTTP."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges.catalogue import visible_to
from integrations import connections, registry
from integrations.contract import ProviderKind, ProviderStatus
from integrations.models import Connection
from steps.queries import sources_of, steps_on
from steps.render import source
from steps.schemas import OrderIn, SourceChange, SourceList, SourceOut
from steps.sources import UnknownSource
from sync import accounts, queries, render, requests, return_to, schemas
from sync.models import SyncRequest
from sync.relay_adapters.links import phone_apps
from users.authentication import person_of
from users.bodies import valid
from users.conditional import conditional
from users.identifiers import not_found, uuid_or_404
from users.instants import rfc3339
from users.models import User
from users.paging import page
from users.problems import ProblemError
from users.query_params import invalid


class ProvidersView(APIView):
    """What can be connected."""

    @extend_schema(responses=schemas.ProviderList, operation_id="providers")
    def get(self, request: Request) -> Response:  # noqa: ARG002 - the same for everybody
        """Return every provider this deployment knows, available or not."""
        results = [render.provider(each) for each in registry.all_providers()]
        return Response({"results": results, "next": None})


class ConnectionsView(APIView):
    """The person's connections."""

    @extend_schema(responses=schemas.ConnectionList, operation_id="connections")
    def get(self, request: Request) -> Response:
        """Return the person's connections, oldest first."""
        rows = queries.connections_of(person_of(request))
        return Response({"results": [render.connection(row) for row in rows], "next": None})

    @extend_schema(
        request=schemas.ConnectIn, responses=schemas.ConnectStarted, operation_id="connect"
    )
    def post(self, request: Request) -> Response:
        """Start to connect a provider: a consent address for clouds, a token for phones."""
        body = valid(schemas.ConnectIn, request)
        return _start(person_of(request), body["provider"], body.get("return_to", ""), None)


class ConnectionView(APIView):
    """One connection."""

    @extend_schema(responses=schemas.ConnectionOut, operation_id="connection")
    def get(self, request: Request, connection_id: str) -> Response:
        """Return the connection as it stands now."""
        return Response(render.connection(own_connection(request, connection_id)))


class DisconnectView(APIView):
    """Stop a connection."""

    @extend_schema(
        request=schemas.DisconnectIn, responses=schemas.ConnectionOut, operation_id="disconnect"
    )
    def post(self, request: Request, connection_id: str) -> Response:
        """Stop at once, also when the provider is down; history stays unless told otherwise."""
        body = valid(schemas.DisconnectIn, request)
        row = own_connection(request, connection_id)
        accounts.disconnect(
            connection=row, forget_readings=body["forget_readings"], now=timezone.now()
        )
        return Response(render.connection(own_connection(request, connection_id)))


class ReconnectView(APIView):
    """Bring a connection back."""

    @extend_schema(
        request=schemas.ReconnectIn, responses=schemas.ConnectStarted, operation_id="reconnect"
    )
    def post(self, request: Request, connection_id: str) -> Response:
        """Start the same way as connecting, for the same row; history is kept."""
        body = valid(schemas.ReconnectIn, request)
        row = own_connection(request, connection_id)
        landing = body.get("return_to", "")
        other = body["accept_other_account"]
        return _start(person_of(request), row.provider, landing, row, accept_other_account=other)


class ConnectionSyncsView(APIView):
    """The attempts of one connection."""

    @extend_schema(responses=schemas.RunList, operation_id="connection_syncs")
    def get(self, request: Request, connection_id: str) -> Response:
        """Return the attempts of the last 90 days, newest first."""
        rows = queries.runs_of(own_connection(request, connection_id))
        return Response(page(request, rows, render.run))


class SyncRequestsView(APIView):
    """The tap on "Sync steps"."""

    @extend_schema(
        request=schemas.SyncRequestIn,
        responses={202: schemas.SyncRequestOut},
        operation_id="sync_steps",
    )
    def post(self, request: Request) -> Response:
        """Ask every connection now; answers at once, one line per connection."""
        body = valid(schemas.SyncRequestIn, request)
        if body.get("challenge_id"):
            _check_challenge(person_of(request), str(body["challenge_id"]))
        return _tap(person_of(request))


class ChallengeSyncView(APIView):
    """The same tap, made from a challenge's page."""

    @extend_schema(
        request=None, responses={202: schemas.SyncRequestOut}, operation_id="sync_challenge"
    )
    def post(self, request: Request, challenge_id: str) -> Response:
        """Ask every connection now."""
        _check_challenge(person_of(request), challenge_id)
        return _tap(person_of(request))


class SyncRequestView(APIView):
    """Where a tap stands."""

    @extend_schema(responses=schemas.SyncRequestOut, operation_id="sync_request")
    def get(self, request: Request, request_id: str) -> HttpResponse:
        """Return each connection's progress to the end."""
        found = queries.request_of(person_of(request), uuid_or_404(request_id))
        if found is None:
            raise not_found()
        return conditional(request, _request_body(person_of(request), found))


class SourceOrderView(APIView):
    """Which source wins where they overlap."""

    @extend_schema(request=OrderIn, responses=SourceList, operation_id="order_sources")
    def put(self, request: Request) -> Response:
        """Set the order, best first; days still open are worked out again."""
        person, body = person_of(request), valid(OrderIn, request)
        try:
            accounts.reorder_sources(person=person, ids=body["ids"], now=timezone.now())
        except UnknownSource as error:
            raise invalid("ids", "One of the ids is not a source of yours.") from error
        results = [source(row) for row in sources_of(person_id=person.pk)]
        return Response({"results": results, "next": None})


class SourceView(APIView):
    """One source of the person."""

    @extend_schema(request=SourceChange, responses=SourceOut, operation_id="change_source")
    def patch(self, request: Request, source_id: str) -> Response:
        """Hide a source, or show it again; days still open are worked out again."""
        person, pk = person_of(request), uuid_or_404(source_id)
        if all(each.pk != pk for each in sources_of(person_id=person.pk)):
            raise not_found()
        hidden = valid(SourceChange, request)["hidden"]
        row = accounts.hide_source(person=person, source_id=pk, hidden=hidden, now=timezone.now())
        return Response(source(row))


def own_connection(request: Request, connection_id: str) -> Connection:
    """Return the person's own connection; raises ``ProblemError`` 404 for everything else."""
    pk = uuid_or_404(connection_id)
    row = queries.connections_of(person_of(request)).filter(pk=pk).first()
    if row is None:
        raise not_found()
    return row


def _check_challenge(person: User, challenge_id: str) -> None:
    if not visible_to(person).filter(pk=uuid_or_404(challenge_id)).exists():
        raise not_found()


def _tap(person: User) -> Response:
    made = requests.request_sync(person=person, now=timezone.now())
    return Response(_request_body(person, made), status=202)


def _request_body(person: User, found: SyncRequest) -> dict[str, Any]:
    today = person.calendar.date_of(timezone.now())
    steps_today = steps_on(person_id=person.pk, dates=[today]).get(today)
    return render.sync_request(found, queries.lines_of(found), steps_today)


def _start(
    person: User,
    slug: str,
    wanted: str,
    row: Connection | None,
    *,
    accept_other_account: bool = False,
) -> Response:
    provider = _connectable(slug)
    if provider.kind == ProviderKind.RELAY:
        return _start_relay(person, slug)
    landing = return_to.checked(wanted)
    url, expires_at = connections.begin_oauth(
        person=person,
        provider=slug,
        return_to=landing,
        connection=row,
        accept_other_account=accept_other_account,
        now=timezone.now(),
    )
    return Response({"authorization_url": url, "expires_at": rfc3339(expires_at)})


def _connectable(slug: str) -> Any:
    try:
        provider = registry.get(slug)
    except registry.UnknownProvider as error:
        raise invalid("provider", "There is no such provider; see GET /providers.") from error
    status = registry.status_of(slug)
    if status != ProviderStatus.AVAILABLE:
        raise ProblemError(
            409, f"provider_{status.value}", f"{provider.name} cannot be connected here."
        )
    return provider


def _start_relay(person: User, slug: str) -> Response:
    now = timezone.now()
    row, _, token = connections.connect_relay(person=person, provider=slug, now=now)
    accounts.note_connected_phone(connection=row, now=now)
    fresh = queries.connections_of(person).get(pk=row.pk)
    answer = {"connection": render.connection(fresh), **phone_setup(slug, token)}
    return Response(answer, status=201)


def phone_setup(slug: str, token: str) -> dict[str, Any]:
    """What a phone needs to push: its token, the address, and how to set up each app."""
    provider = registry.relay_provider(slug)
    apps = phone_apps(platform=provider.platform, base_url=settings.BASE_URL, token=token)
    return {
        "relay_token": token,
        "upload_url": f"{settings.BASE_URL}/api/v1/relay/uploads",
        "setup": {**provider.setup, "apps": apps},
    }
