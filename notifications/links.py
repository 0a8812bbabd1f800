"""Addresses in messages: into the app, and the one click that stops a kind of message."""

from uuid import UUID

from django.conf import settings
from django.core import signing

SALT = "notifications.unsubscribe"


def app_link(challenge_id: UUID | None) -> str:
    """Where a message leads: the challenge in the app, or the app itself."""
    place = f"challenges/{challenge_id}" if challenge_id else ""
    return f"{settings.APP_URL.rstrip('/')}/{place}" if settings.APP_URL else settings.BASE_URL


def unsubscribe_link(person_id: int, kind: str) -> str:
    """The address that stops mails of ``kind`` (all kinds when empty) without signing in."""
    token = signing.dumps({"person": person_id, "kind": kind}, salt=SALT)
    return f"{settings.BASE_URL}/notifications/unsubscribe/{token}"


def read_unsubscribe(token: str) -> tuple[int, str] | None:
    """Whose mails of which kind a link is to stop; None for a link that is not ours."""
    try:
        said = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return int(said["person"]), str(said["kind"])
