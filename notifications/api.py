"""Messages, wishes, feed and badges over HTTP."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges.lookups import challenge_or_404
from notifications import shapes, wishes
from notifications.links import read_unsubscribe
from notifications.models import Badge, FeedItem, Notification, PushAddress
from users.authentication import person_of
from users.bodies import valid
from users.models import User
from users.paging import page
from users.problems import ProblemError

CURSOR = OpenApiParameter("cursor", str, description="As the last answer's `next` gave it.")
INVALID = OpenApiResponse(description="Something sent is not valid; see `errors` (problem).")
NOT_FOUND = OpenApiResponse(description="There is no such thing of yours (problem).")


class NotificationsView(APIView):
    """The person's messages."""

    @extend_schema(
        operation_id="list_notifications",
        parameters=[CURSOR],
        responses={200: shapes.NotificationList, 400: INVALID},
    )
    def get(self, request: Request) -> Response:
        """List messages, newest first."""
        own = Notification.objects.filter(person=person_of(request))
        body = page(request, own.order_by("-created_at", "pk"), shapes.notification_body)
        return Response({**body, "unread": own.filter(read_at=None).count()})


class ReadNotificationsView(APIView):
    """Marking messages as read."""

    @extend_schema(
        operation_id="read_notifications",
        request=shapes.ReadIn,
        responses={200: shapes.ReadOut, 400: INVALID},
    )
    def post(self, request: Request) -> Response:
        """Mark messages as read; reading twice changes nothing."""
        body = valid(shapes.ReadIn, request)
        unread = Notification.objects.filter(person=person_of(request), read_at=None)
        seen = unread.filter(pk__in=body["ids"]) if "ids" in body else unread
        seen.update(read_at=timezone.now())
        return Response({"unread": unread.count()})


class WishesView(APIView):
    """How the person wants to be told."""

    @extend_schema(operation_id="notification_settings", responses={200: shapes.WishesOut})
    def get(self, request: Request) -> Response:
        """Return the wishes as they stand."""
        return Response(shapes.wishes_body(wishes.wishes(person_of(request).pk)))

    @extend_schema(
        operation_id="change_notification_settings",
        request=shapes.WishesIn,
        responses={200: shapes.WishesOut, 400: INVALID},
    )
    def patch(self, request: Request) -> Response:
        """Change what is given; equal quiet times mean that no hour is quiet."""
        body = valid(shapes.WishesIn, request)
        row = wishes.change(
            person_id=person_of(request).pk,
            choices=body.get("channels"),
            quiet_from=body.get("quiet_from"),
            quiet_to=body.get("quiet_to"),
            digest=body.get("digest"),
        )
        return Response(shapes.wishes_body(row))


class DevicesView(APIView):
    """Devices that get pushes."""

    @extend_schema(
        operation_id="add_push_device",
        request=shapes.DeviceIn,
        responses={201: shapes.DeviceOut, 400: INVALID},
    )
    def post(self, request: Request) -> Response:
        """Register this device; registering it again is harmless."""
        body = valid(shapes.DeviceIn, request)
        row = wishes.add_device(person_id=person_of(request).pk, now=timezone.now(), **body)
        return Response(shapes.device_body(row), status=201)


class DeviceView(APIView):
    """One device."""

    @extend_schema(operation_id="remove_push_device", responses={204: None, 404: NOT_FOUND})
    def delete(self, request: Request, device_id: uuid.UUID) -> Response:
        """Send no more pushes to a device."""
        rows = PushAddress.objects.filter(person=person_of(request), pk=device_id)
        if not rows.delete()[0]:
            raise ProblemError(404, "not_found", "You have no such device.")
        return Response(status=204)


class FeedView(APIView):
    """What happened in a challenge."""

    @extend_schema(
        operation_id="challenge_feed",
        parameters=[CURSOR],
        responses={200: shapes.FeedList, 400: INVALID, 404: NOT_FOUND},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """List what happened, newest first; people appear as they wish to."""
        person = person_of(request)
        items = FeedItem.objects.filter(challenge=challenge_or_404(person, challenge_id))
        rows = items.select_related("person").order_by("-at", "-pk")
        return Response(page(request, rows, lambda row: shapes.feed_body(row, person.pk)))


class BadgesView(APIView):
    """The person's badges in a challenge."""

    @extend_schema(
        operation_id="challenge_badges", responses={200: shapes.BadgeList, 404: NOT_FOUND}
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """List every badge there is and when the person earned it."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        rows = list(Badge.objects.filter(challenge=challenge, person=person))
        return Response({"results": shapes.badge_bodies(rows), "next": None})


@csrf_exempt  # mail programs post the link without any cookie (RFC 8058)
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mails: asked back on GET, because programs open links by themselves; done on POST."""
    found = read_unsubscribe(token)
    if found is None:
        return render(request, "notifications/unsubscribe.html", {"known": False}, status=404)
    person_id, kind = found
    done = request.method == "POST"
    if done and User.objects.filter(pk=person_id).exists():
        wishes.stop_mails(person_id=person_id, kind=kind)
    return render(request, "notifications/unsubscribe.html", {"known": True, "done": done})
