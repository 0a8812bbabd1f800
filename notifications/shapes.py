"""What the API takes and gives about messages, wishes, feeds and badges."""

from typing import Any

from rest_framework import serializers

from notifications.badges import RULES
from notifications.kinds import Channel, Kind, text
from notifications.models import Badge, FeedItem, Notification, PushAddress, Wishes
from notifications.naming import named
from notifications.wishes import choices_of
from users.instants import rfc3339, rfc3339_or_none
from users.models import Visibility

KINDS = [each.value for each in Kind]
CHANNELS = [each.value for each in Channel]
PLATFORMS = ["ios", "android", "web"]
SOMEBODY = "Somebody"


class NotificationOut(serializers.Serializer[Any]):
    """One message; ``title`` and ``body`` are written from ``facts``."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    title = serializers.CharField()
    body = serializers.CharField()
    facts = serializers.DictField()
    challenge_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NotificationList(serializers.Serializer[Any]):
    """Messages, newest first, and how many are unread."""

    results = NotificationOut(many=True)
    next = serializers.CharField(allow_null=True)
    unread = serializers.IntegerField()


class ReadIn(serializers.Serializer[Any]):
    """Which messages were read; without ``ids`` all of them."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=500)


class ReadOut(serializers.Serializer[Any]):
    """How many messages are left unread."""

    unread = serializers.IntegerField()


class WishesOut(serializers.Serializer[Any]):
    """How the person is told; ``channels`` maps every kind to the channels it uses."""

    channels = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    quiet_from = serializers.TimeField(format="%H:%M")
    quiet_to = serializers.TimeField(format="%H:%M")
    digest = serializers.BooleanField()


class WishesIn(serializers.Serializer[Any]):
    """What to change; kinds that are not named stay as they are."""

    channels = serializers.DictField(
        child=serializers.ListField(child=serializers.ChoiceField(choices=CHANNELS)),
        required=False,
    )
    quiet_from = serializers.TimeField(required=False)
    quiet_to = serializers.TimeField(required=False)
    digest = serializers.BooleanField(required=False)

    def validate_channels(self, channels: dict[str, list[str]]) -> dict[str, list[str]]:
        """Refuse kinds there are not."""
        unknown = sorted(set(channels) - set(KINDS))
        if unknown:
            raise serializers.ValidationError(f"There is no kind {unknown[0]!r}.")
        return {kind: sorted(set(chosen)) for kind, chosen in channels.items()}


class DeviceIn(serializers.Serializer[Any]):
    """Where an app can be reached, in the words of its push service."""

    platform = serializers.ChoiceField(choices=PLATFORMS)
    address = serializers.CharField(max_length=4096)


class DeviceOut(serializers.Serializer[Any]):
    """A device that gets pushes."""

    id = serializers.CharField()
    platform = serializers.ChoiceField(choices=PLATFORMS)
    created_at = serializers.DateTimeField()


class FeedItemOut(serializers.Serializer[Any]):
    """Something that happened; ``name`` is who, as they wish to appear, or null."""

    kind = serializers.ChoiceField(choices=KINDS)
    at = serializers.DateTimeField()
    name = serializers.CharField(allow_null=True)
    is_me = serializers.BooleanField()
    title = serializers.CharField()
    facts = serializers.DictField()


class FeedList(serializers.Serializer[Any]):
    """What happened in a challenge, newest first."""

    results = FeedItemOut(many=True)
    next = serializers.CharField(allow_null=True)


class BadgeOut(serializers.Serializer[Any]):
    """A badge; ``earned_on`` is null while it is still to be earned."""

    code = serializers.CharField()
    title = serializers.CharField()
    meaning = serializers.CharField()
    earned_on = serializers.DateField(allow_null=True)


class BadgeList(serializers.Serializer[Any]):
    """Every badge there is; ``next`` is always null."""

    results = BadgeOut(many=True)
    next = serializers.CharField(allow_null=True)


def notification_body(row: Notification) -> dict[str, Any]:
    """A message as the API gives it."""
    (facts,) = named([row.facts])
    words = text(row.kind, facts)
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "title": words.title,
        "body": words.body,
        "facts": facts,
        "challenge_id": str(row.challenge_id) if row.challenge_id else None,
        "created_at": rfc3339(row.created_at),
        "read_at": rfc3339_or_none(row.read_at),
    }


def wishes_body(row: Wishes) -> dict[str, Any]:
    """Wishes as the API gives them."""
    return {
        "channels": choices_of(row),
        "quiet_from": f"{row.quiet_from:%H:%M}",
        "quiet_to": f"{row.quiet_to:%H:%M}",
        "digest": row.digest,
    }


def device_body(row: PushAddress) -> dict[str, Any]:
    """A device without its address."""
    return {"id": str(row.pk), "platform": row.platform, "created_at": rfc3339(row.created_at)}


def feed_body(row: FeedItem, reader_id: int) -> dict[str, Any]:
    """A feed item; who hid themselves since it happened is nobody any more."""
    person = row.person
    hidden = person is not None and person.leaderboard_visibility == Visibility.HIDDEN
    name = person.board_name if person and not hidden else None
    return {
        "kind": row.kind,
        "at": rfc3339(row.at),
        "name": SOMEBODY if hidden else name,
        "is_me": row.person_id == reader_id,
        "title": text(row.kind, row.facts).title,
        "facts": row.facts,
    }


def badge_bodies(rows: list[Badge]) -> list[dict[str, Any]]:
    """Every badge there is, with the day it was earned."""
    earned = {row.code: row.earned_on for row in rows}
    return [
        {
            "code": rule.code,
            "title": rule.title,
            "meaning": rule.meaning,
            "earned_on": earned[rule.code].isoformat() if rule.code in earned else None,
        }
        for rule in RULES.values()
    ]
