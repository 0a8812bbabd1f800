"""``/me``: what a person may see and change about themselves."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from users.appearance import MEANINGS
from users.authentication import person_of
from users.models import Organization, User, Visibility, validate_zone
from users.presence import hold_or_refuse


class OrganizationOut(serializers.ModelSerializer[Organization]):
    """The person's organization."""

    id = serializers.CharField(read_only=True)

    class Meta:
        model = Organization
        fields = ("id", "name")


class AppearanceOut(serializers.Serializer[Any]):
    """A value of `leaderboard_visibility` and what it means, to be shown beside the switch."""

    value = serializers.ChoiceField(Visibility.choices)
    meaning = serializers.CharField()


class MeSerializer(serializers.ModelSerializer[User]):
    """The signed-in person."""

    id = serializers.CharField(read_only=True)
    organization = OrganizationOut(read_only=True)
    leaderboard_choices = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "id",
            "email",
            "display_name",
            "leaderboard_name",
            "leaderboard_visibility",
            "leaderboard_choices",
            "timezone",
            "organization",
            "role",
        )
        read_only_fields = ("email", "role")
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "timezone": {"validators": []},
            "leaderboard_visibility": {"help_text": f"`hidden`: {MEANINGS[Visibility.HIDDEN]}"},
        }

    @extend_schema_field(AppearanceOut(many=True))
    def get_leaderboard_choices(self, person: User) -> list[dict[str, str]]:  # noqa: ARG002
        """Return what there is to choose from."""
        return [{"value": each.value, "meaning": words} for each, words in MEANINGS.items()]

    def update(self, instance: User, validated_data: dict[str, Any]) -> User:
        """Store the changes; a new time zone counts from the moment in ``context["now"]`` on.

        The row is read again under its lock: deliveries and staff may be changing it, too.
        """
        with transaction.atomic():
            held = hold_or_refuse(instance.pk)
            held.move(validated_data.pop("timezone", held.timezone), now=self.context["now"])
            return super().update(held, validated_data)

    def validate_timezone(self, name: str) -> str:
        """Refuse what is no IANA zone."""
        try:
            validate_zone(name)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        return name


class MeView(APIView):
    """Read and change one's own profile."""

    @extend_schema(responses=MeSerializer, operation_id="me")
    def get(self, request: Request) -> Response:
        """Return the signed-in person."""
        return Response(MeSerializer(person_of(request)).data)

    @extend_schema(request=MeSerializer, responses=MeSerializer, operation_id="change_me")
    def patch(self, request: Request) -> Response:
        """Change name, leaderboard appearance or time zone; past days stay where they are."""
        serializer = MeSerializer(
            person_of(request), data=request.data, partial=True, context={"now": timezone.now()}
        )
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)
