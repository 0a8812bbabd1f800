"""Operations on connections: what the API and the engine may do with one.

The consent walk, the token refresh and the revocations have files of their own and are offered
here, so that callers find every operation in one place.
"""

from datetime import datetime

from django.db import transaction

from integrations import registry, revocations
from integrations.consent import begin_oauth, complete_oauth, refuse_unless_offered
from integrations.linking import Connected, ConnectRefused
from integrations.models import Connection, ConnectionStatus, Installation
from integrations.phones import add_phone, installation_for_token, new_phone, remove_phone
from integrations.revocations import revoke_pending
from integrations.tokens import fresh_token
from users.models import User
from users.presence import hold_or_refuse

__all__ = [
    "ConnectRefused",
    "Connected",
    "add_phone",
    "begin_oauth",
    "complete_oauth",
    "connect_relay",
    "disconnect",
    "fresh_token",
    "installation_for_token",
    "mark_needs_reconnect",
    "remove_phone",
    "revoke_pending",
]


def connect_relay(
    *, person: User, provider: str, now: datetime
) -> tuple[Connection, Installation, str]:
    """Give a phone a token to push with; also the way to reconnect, on the same row.

    The token is 256 random bits, shown this once and kept as a hash; earlier ones of the same
    connection stop working (``add_phone`` keeps them). Raises ``ConnectRefused`` when the provider
    is not offered, and ``registry.UnknownProvider``.
    """
    registry.relay_provider(provider)
    refuse_unless_offered(provider)
    with transaction.atomic():
        connection = _relay_row(person, provider, now)
        _revoke_installations(connection, now)
        installation, token = new_phone(connection, now)
    return connection, installation, token


def _relay_row(person: User, provider: str, now: datetime) -> Connection:
    """The person's only row of this relay, locked and active; none for who was erased meanwhile."""
    active = {
        "status": ConnectionStatus.ACTIVE,
        "reason": "",
        "connected_at": now,
        "disconnected_at": None,
    }
    fresh = Connection(person=person, provider=provider, account_id="", **active)
    own = Connection.objects.filter(person=person, provider=provider, account_id="")
    if not own.update(**active):
        Connection.objects.bulk_create([fresh], ignore_conflicts=True)
    connection = own.select_for_update(no_key=True).get()
    hold_or_refuse(person.pk)  # after the connection, the order in which everybody locks them
    return connection


def disconnect(*, connection: Connection, now: datetime) -> Connection:
    """Stop using a connection at once, whatever state the provider is in; repeating is harmless.

    Tokens are deleted here and revoked upstream later; phones lose their tokens; trackers are
    forgotten. The row and everything it brought stay, so that the person can come back.
    """
    with transaction.atomic():
        connection = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        if connection.status != ConnectionStatus.DISCONNECTED:
            connection.status = ConnectionStatus.DISCONNECTED
            connection.reason = "disconnected_by_user"
            connection.disconnected_at = now
            connection.contested_at = None
            connection.save(update_fields=["status", "reason", "disconnected_at", "contested_at"])
            _revoke_installations(connection, now)
            connection.devices.all().delete()
            revocations.withdraw(connection=connection, now=now)
    return connection


def mark_needs_reconnect(*, connection: Connection, cause: str, now: datetime) -> bool:
    """Note that only the person can mend the connection; True when this changed something.

    ``now`` is the time the failing work began: if the person connected anew since then, the
    failure was about the tokens before, and the connection stays active.
    """
    current = Connection.objects.filter(
        pk=connection.pk, status=ConnectionStatus.ACTIVE, connected_at__lte=now
    )
    marked = current.update(status=ConnectionStatus.NEEDS_RECONNECT, reason=cause) > 0
    connection.refresh_from_db(fields=["status", "reason"])
    return marked


def _revoke_installations(connection: Connection, now: datetime) -> None:
    connection.installations.filter(revoked_at=None).update(revoked_at=now)
