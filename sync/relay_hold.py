"""Holds a phone's connection while something of the phone is stored."""

from integrations.models import Connection, ConnectionStatus, Installation
from users.problems import ProblemError


def hold(installation: Installation) -> None:
    """Lock the connection until the transaction ends, if the phone's token still holds.

    An upload that began before the phone was disconnected, or its person erased, stores nothing
    afterwards. Raises ``ProblemError`` 410.
    """
    rows = Connection.objects.select_for_update(no_key=True)
    active = rows.filter(pk=installation.connection_id, status=ConnectionStatus.ACTIVE).first()
    valid = Installation.objects.filter(pk=installation.pk, revoked_at=None)
    if active is None or not valid.exists():
        raise disconnected()


def disconnected() -> ProblemError:
    """Make the answer that tells a phone to stop."""
    return ProblemError(
        410, "relay_disconnected", "This phone was disconnected. Stop sending; reconnect."
    )
