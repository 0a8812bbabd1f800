"""One address per foreign app; each answers the way that app expects."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from integrations import connections
from integrations.models import ConnectionStatus, Installation
from integrations.relay1 import MalformedUpload
from integrations.relays import (
    hc_webhook,
    health_auto_export,
    open_wearables,
    open_wearables_logs,
    reading,
    shortcut,
)
from sync.relay_adapters import answers
from sync.relay_adapters.auth import OpenWearablesAuthentication
from sync.relay_adapters.edge import AdapterView, installation_of, readable_body
from sync.relay_adapters.schemas import OpenWearablesOut, PushOut, TokensIn, TokensOut
from sync.relay_adapters.taking import note_unreadable, take_push
from users.problems import ProblemError

_ANY_JSON = {"application/json": OpenApiTypes.OBJECT}


class HealthAutoExportView(AdapterView):
    """The iPhone app Health Auto Export."""

    @extend_schema(
        request=_ANY_JSON, responses={200: PushOut, 207: PushOut}, operation_id="health_auto_export"
    )
    def post(self, request: Request) -> Response:
        """Store hours or days of steps: 200 when all of it is stored, 207 when not."""
        now, installation = timezone.now(), installation_of(request)
        grouping = request.headers.get("automation-aggregation", "")
        try:
            push = health_auto_export.decode(
                readable_body(request), grouping=grouping, received_at=now
            )
        except MalformedUpload as error:
            client = health_auto_export.CLIENT
            note_unreadable(installation=installation, client=client, why=error.detail, now=now)
            return Response({"stored": 0, "message": _unreadable(error)}, status=207)
        found = take_push(installation=installation, push=push, now=now)
        return Response(answers.outcome(found), status=200 if found.is_whole else 207)


class HcWebhookView(AdapterView):
    """The Android app HC Webhook."""

    @extend_schema(request=_ANY_JSON, responses=PushOut, operation_id="hc_webhook")
    def post(self, request: Request) -> Response:
        """Store steps of Health Connect; the app's test button is answered and not stored."""
        now, installation = timezone.now(), installation_of(request)
        try:
            push = hc_webhook.decode(
                readable_body(request),
                calendar=installation.connection.person.calendar,
                status=installation.status,
            )
        except MalformedUpload as error:
            raise ProblemError(400, "malformed_upload", _unreadable(error)) from error
        if push is None:
            return Response({"stored": 0, "message": "The test arrived. Nothing was stored."})
        return Response(answers.outcome(take_push(installation=installation, push=push, now=now)))


class ShortcutView(AdapterView):
    """A recipe in Apple's Shortcuts app."""

    @extend_schema(
        request=_ANY_JSON, responses={200: PushOut, 207: PushOut}, operation_id="shortcut"
    )
    def post(self, request: Request) -> Response:
        """Store day totals a person reports; ``message`` is meant to be shown."""
        now, installation = timezone.now(), installation_of(request)
        try:
            push = shortcut.decode(readable_body(request))
        except MalformedUpload as error:
            raise ProblemError(400, "malformed_upload", _unreadable(error)) from error
        found = take_push(installation=installation, push=push, now=now)
        return Response(answers.outcome(found), status=200 if found.is_whole else 207)


class OpenWearablesView(AdapterView):
    """The upload of the Open Wearables SDK. The token says whose steps, the address does not."""

    authentication_classes = (OpenWearablesAuthentication,)

    @extend_schema(
        request=_ANY_JSON, responses={202: OpenWearablesOut}, operation_id="open_wearables_sync"
    )
    def post(self, request: Request, user_id: str) -> Response:
        """Store the samples of a chunk; 202 once they are durable, whatever single ones were."""
        now, installation = timezone.now(), installation_of(request)
        try:
            push = open_wearables.decode(readable_body(request))
        except MalformedUpload as error:
            return _not_understood(installation, error, user_id)
        found = take_push(installation=installation, push=push, now=now)
        return Response(answers.open_wearables(answers.message(found), user_id), status=202)


@extend_schema(exclude=True)
class OlderOpenWearablesView(OpenWearablesView):
    """The same upload at the addresses of older releases."""


class OpenWearablesLogsView(AdapterView):
    """The diagnosis feed of the Open Wearables SDK."""

    authentication_classes = (OpenWearablesAuthentication,)

    @extend_schema(
        request=_ANY_JSON, responses={202: OpenWearablesOut}, operation_id="open_wearables_logs"
    )
    def post(self, request: Request, user_id: str) -> Response:
        """Remember the state of the phone and how its last sync of steps ended."""
        now, installation = timezone.now(), installation_of(request)
        try:
            push = open_wearables_logs.decode(readable_body(request))
        except MalformedUpload as error:
            return _not_understood(installation, error, user_id)
        take_push(installation=installation, push=push, now=now)
        return Response(answers.open_wearables("Noted.", user_id), status=202)


class OpenWearablesTokenView(AdapterView):
    """What the Open Wearables SDK asks when it was told 401."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(request=TokensIn, responses=TokensOut, operation_id="open_wearables_token")
    def post(self, request: Request) -> Response:
        """Hand a working token back: it does not expire, so there is nothing to renew."""
        try:
            token = reading.object_of(readable_body(request)).get("refresh_token")
        except MalformedUpload:
            token = None
        if not isinstance(token, str) or not _works(token):
            raise ProblemError(
                401, "authentication_failed", "This token does not work; connect the phone again."
            )
        return Response({"access_token": token, "refresh_token": token, "token_type": "bearer"})


def _works(token: str) -> bool:
    found = connections.installation_for_token(token)
    if found is None or found.revoked_at is not None:
        return False
    return found.connection.status == ConnectionStatus.ACTIVE


def _not_understood(installation: Installation, error: MalformedUpload, user_id: str) -> Response:
    """A body that is none would be none again next time; refusing it stops the SDK for good."""
    now = timezone.now()
    note_unreadable(
        installation=installation, client=open_wearables.CLIENT, why=error.detail, now=now
    )
    return Response(answers.open_wearables(_unreadable(error), user_id), status=202)


def _unreadable(error: MalformedUpload) -> str:
    return f"This could not be read: {error.detail.rstrip('.')}."
