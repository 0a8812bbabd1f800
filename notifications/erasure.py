"""Takes a person out of everything this room holds."""

from notifications.models import Badge, FeedItem, Notification, PushAddress, Wishes


def erase_person(*, person_id: int) -> None:
    """Delete messages, wishes, devices, badges and feed items, in the caller's transaction."""
    for model in (Notification, Wishes, PushAddress, Badge, FeedItem):
        model._default_manager.filter(person=person_id).delete()  # noqa: SLF001 - Django's documented name
