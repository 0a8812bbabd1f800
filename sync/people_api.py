"""``/me`` where it reaches beyond one's own row: boards, one's data as a download, the way out."""

from typing import Any

from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges import visibility
from sync import erasure, exports
from sync.models import Export
from sync.people_schemas import ConfirmedDelete, ExportOut
from users.api import MeSerializer, MeView
from users.authentication import person_of
from users.identifiers import not_found, uuid_or_404
from users.instants import rfc3339
from users.presence import hold_or_refuse
from users.problems import ProblemError

LOOK_AGAIN_SECONDS = "2"


class MeOnBoardsView(MeView):
    """Read and change one's own profile, boards follow at once; or have oneself erased."""

    @extend_schema(request=MeSerializer, responses=MeSerializer, operation_id="change_me")
    @transaction.atomic
    def patch(self, request: Request) -> Response:
        """Change name, leaderboard appearance or time zone; past days stay where they are."""
        hold_or_refuse(person_of(request).pk)
        response = super().patch(request)
        visibility.apply(person_id=person_of(request).pk, now=timezone.now())
        return response

    def delete(self, request: Request) -> Response:
        """Erase oneself for good; every token stops at once.

        Grants at providers are revoked, readings and everything derived from them are erased.
        Final results of challenges stay as those of a "Former participant".
        """
        if not _confirmed(request.data):
            raise ProblemError(
                400,
                "confirmation_required",
                'This cannot be undone. Send {"confirm": true} to have everything erased.',
                errors={"confirm": ["Has to be true."]},
            )
        erasure.erase(person_id=person_of(request).pk, now=timezone.now())
        return Response(status=204)

    delete.kwargs = {"schema": ConfirmedDelete}  # type: ignore[attr-defined]
    delete = extend_schema(responses={204: None}, operation_id="erase_me")(delete)


class ExportsView(APIView):
    """Ask for everything that is held about oneself."""

    @extend_schema(request=None, responses={202: ExportOut}, operation_id="export_me")
    def post(self, request: Request) -> Response:
        """Have the document made, or join the one that is being made."""
        found = exports.ask(person=person_of(request), now=timezone.now())
        return Response(_shown(found), status=202)


class ExportView(APIView):
    """One export, until a week after it was made."""

    @extend_schema(
        responses={200: OpenApiTypes.OBJECT, 202: ExportOut}, operation_id="download_export"
    )
    def get(self, request: Request, export_id: str) -> Response | StreamingHttpResponse:
        """Download the document; 202 says that it is still being made."""
        pk = uuid_or_404(export_id)
        found = exports.find(person=person_of(request), export_id=pk, now=timezone.now())
        if found is None:
            raise not_found()
        if found.state == Export.State.FAILED:
            raise ProblemError(
                410, "export_failed", "This export could not be made; ask for another one."
            )
        if found.state == Export.State.RUNNING:
            return Response(_shown(found), status=202, headers={"Retry-After": LOOK_AGAIN_SECONDS})
        return _download(found)


def _confirmed(body: Any) -> bool:
    return isinstance(body, dict) and body.get("confirm") is True


def _shown(found: Export) -> dict[str, Any]:
    return {
        "id": str(found.pk),
        "status": found.state,
        "created_at": rfc3339(found.created_at),
    }


def _download(found: Export) -> StreamingHttpResponse:
    name = f"stepwell-{found.created_at:%Y-%m-%d}.json"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(found.size),
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(
        exports.content(found), content_type="application/json", headers=headers
    )
