"""``/me`` where a change of appearance reaches the boards as well."""

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from challenges import visibility
from users.api import MeSerializer, MeView
from users.authentication import person_of


class MeOnBoardsView(MeView):
    """Read and change one's own profile; boards follow at once."""

    @extend_schema(request=MeSerializer, responses=MeSerializer, operation_id="change_me")
    @transaction.atomic
    def patch(self, request: Request) -> Response:
        """Change name, leaderboard appearance or time zone; past days stay where they are."""
        response = super().patch(request)
        visibility.apply(person_id=person_of(request).pk, now=timezone.now())
        return response
