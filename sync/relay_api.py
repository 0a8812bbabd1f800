"""The phone's side: uploads, heartbeat and plan, with the installation's own token."""

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations import registry, relay1
from integrations.models import Installation
from steps.readings import Rejection
from sync import relay, relay_schemas
from sync.relay_auth import RelayAuthentication
from sync.relay_body import RawBody, body_of
from users.instants import rfc3339
from users.problems import ProblemError


class RelayView(APIView):
    """What the three relay addresses share: the narrow token and the bounded body."""

    authentication_classes = (RelayAuthentication,)
    parser_classes = (RawBody,)


class UploadView(RelayView):
    """Readings from a phone."""

    @extend_schema(
        request={"application/json": OpenApiTypes.OBJECT},
        responses=relay_schemas.UploadOut,
        operation_id="relay_upload",
    )
    def post(self, request: Request) -> Response:
        """Store a ``relay/1`` body; 200 means that it is durable. One bad record loses no other."""
        now = timezone.now()
        upload = _decoded(request)
        taken = relay.take_upload(installation=_installation(request), upload=upload, now=now)
        rejected = [*upload.rejected, *_named(taken.recorded.rejected)]
        return Response(
            {
                "batch_id": upload.batch_id,
                "accepted": taken.recorded.accepted,
                "unchanged": taken.recorded.unchanged,
                "rejected": [_rejected(each) for each in rejected],
                "days": taken.days,
                "server_time": rfc3339(now),
            }
        )


class StatusView(RelayView):
    """The phone's heartbeat."""

    @extend_schema(
        request={"application/json": OpenApiTypes.OBJECT},
        responses=relay_schemas.StatusOut,
        operation_id="relay_status",
    )
    def post(self, request: Request) -> Response:
        """Take the status block alone; it parts "no steps" from "no sync"."""
        now = timezone.now()
        status = _decoded_status(request)
        relay.note_heartbeat(installation=_installation(request), status=status, now=now)
        return Response({"server_time": rfc3339(now)})


class PlanView(RelayView):
    """What the server is missing."""

    @extend_schema(responses=relay_schemas.PlanOut, operation_id="relay_plan")
    def get(self, request: Request) -> Response:
        """Return the windows a phone should send, so that a tap sends just that."""
        installation = _installation(request)
        provider = cast(Any, registry.get(installation.connection.provider))
        windows = relay.plan(installation=installation, now=timezone.now())
        return Response(
            {
                "windows": [
                    {**each, "from": rfc3339(each["from"]), "to": rfc3339(each["to"])}
                    for each in windows
                ],
                "min_app_version": provider.min_app_version,
                "ask_status": True,
            }
        )


def _named(rejections: tuple[Rejection, ...]) -> list[relay1.Rejection]:
    """Say in the words of the upload what the ledger could not take."""
    return [
        relay1.Rejection(index=each.index, code=each.code, detail=each.detail, list=each.list)
        for each in rejections
    ]


def _rejected(each: relay1.Rejection) -> dict[str, Any]:
    return {"index": each.index, "code": each.code, "detail": each.detail, "list": each.list}


def _installation(request: Request) -> Installation:
    return cast(Installation, request.auth)


def _decoded(request: Request) -> relay1.RelayUpload:
    try:
        return relay1.decode_upload(body_of(request))
    except relay1.MalformedUpload as error:
        raise ProblemError(400, "malformed_upload", str(error)) from error


def _decoded_status(request: Request) -> dict[str, Any]:
    try:
        return relay1.decode_status(body_of(request))
    except relay1.MalformedUpload as error:
        raise ProblemError(400, "malformed_upload", str(error)) from error
