"""The ways out of the house. ``NOTIFICATION_BACKENDS`` names a function per channel.

A back-end is a function that takes a ``Message`` and returns when it has been handed over. It
raises ``Undeliverable`` when trying again is of no use and ``TryLater`` otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.kinds import Text
from users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What to hand over; ``thread`` is the same for messages that replace each other on a phone."""

    person: User
    title: str
    texts: tuple[Text, ...]
    link: str
    unsubscribe: str
    thread: str


class Undeliverable(Exception):
    """Nobody can be reached there, now or later."""


class TryLater(Exception):
    """It may work another time."""


Backend: TypeAlias = Callable[[Message], None]


def deliver(channel: str, message: Message) -> None:
    """Hand a message to the back-end of a channel; raises ``Undeliverable`` or ``TryLater``."""
    path = settings.NOTIFICATION_BACKENDS.get(channel)
    if not path:
        raise Undeliverable(f"no back-end for {channel}")
    backend: Backend = import_string(path)
    backend(message)
