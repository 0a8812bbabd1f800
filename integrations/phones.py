"""The phones of a relay connection: each has a token of its own that can be ended by itself."""

import secrets
import uuid
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from integrations import registry
from integrations.models import Connection, ConnectionStatus, Installation
from users import binary
from users.models import User
from users.plain_models import instance

MOST_PHONES = 10


class PhoneRefused(Exception):
    """No phone was added. ``code`` is ``connection_not_active`` or ``too_many_phones``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnknownPhone(Exception):
    """The connection has no such phone, or has it no more."""


def new_phone(connection: Connection, now: datetime) -> tuple[Installation, str]:
    """Give a phone of a relay connection its token, in the caller's transaction.

    The token is 256 random bits, shown this once and kept as a hash.
    """
    token = f"relay_{secrets.token_urlsafe(32)}"
    installation = Installation.objects.create(
        connection=connection,
        token_hash=_hash(token),
        platform=registry.relay_provider(connection.provider).platform,
        created_at=now,
    )
    return installation, token


@transaction.atomic
def add_phone(
    *, connection: Connection, replaces: uuid.UUID | None, now: datetime
) -> tuple[Installation, str]:
    """Give one more phone a token; the others go on. ``replaces`` is the one it comes instead of.

    Raises ``PhoneRefused``, ``UnknownPhone`` for an unknown ``replaces``, and
    ``registry.UnknownProvider`` when the connection is none of phones.
    """
    registry.relay_provider(connection.provider)
    held = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    if held.status != ConnectionStatus.ACTIVE:
        raise PhoneRefused("connection_not_active")
    if replaces is not None:
        _end(held, replaces, now)
    if phones_of(held).count() >= MOST_PHONES:
        raise PhoneRefused("too_many_phones")
    return new_phone(held, now)


@transaction.atomic
def remove_phone(*, connection: Connection, phone_id: uuid.UUID, now: datetime) -> bool:
    """End one phone's token at once; True when no phone is left. Raises ``UnknownPhone``."""
    held = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    _end(held, phone_id, now)
    return not phones_of(held).exists()


def phones_of(connection: Connection) -> QuerySet[Installation]:
    """The phones whose tokens hold, oldest first."""
    return connection.installations.filter(revoked_at=None).order_by("created_at", "pk")


_INSTALLATION = [
    "id", "connection_id", "external_id", "platform", "os_version", "app_version", "model",
    "status", "clock_skew_seconds", "last_seen_at", "revoked_at",
]  # fmt: skip
_CONNECTION = ["id", "person_id", "provider", "status", "last_data_at"]
_PERSON = ["id", "timezone", "zone_moves"]
_BY_TOKEN = f"""
    SELECT {", ".join(f"installation.{name}" for name in _INSTALLATION)},
           {", ".join(f"connection.{name}" for name in _CONNECTION)},
           {", ".join(f"person.{name}" for name in _PERSON)}
    FROM integrations_installation installation
    JOIN integrations_connection connection ON connection.id = installation.connection_id
    JOIN users_user person ON person.id = connection.person_id
    WHERE installation.token_hash = %s
"""  # noqa: S608 - the columns above


def installation_for_token(token: str) -> Installation | None:
    """The phone a relay token belongs or belonged to, with its connection; None when unknown.

    ``revoked_at`` tells whether the token still holds: a phone that was disconnected is told so.
    Every upload comes here, so only what uploads need is read; other fields follow on demand.
    """
    found = binary.rows(_BY_TOKEN, [_hash(token)])
    return _installation(found[0]) if found else None


def _installation(row: tuple[Any, ...]) -> Installation:
    of_phone, of_connection = len(_INSTALLATION), len(_INSTALLATION) + len(_CONNECTION)
    installation = instance(Installation, _INSTALLATION, row[:of_phone])
    connection = instance(Connection, _CONNECTION, row[of_phone:of_connection])
    connection.person = instance(User, _PERSON, row[of_connection:])
    installation.connection = connection
    return installation


def _end(connection: Connection, phone_id: uuid.UUID, now: datetime) -> None:
    if not phones_of(connection).filter(pk=phone_id).update(revoked_at=now):
        raise UnknownPhone(str(phone_id))


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
