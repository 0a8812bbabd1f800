"""Holds a phone's connection while something of the phone is stored."""

from integrations.models import Installation
from users import binary
from users.problems import ProblemError

_HOLD = """
    SELECT 1 FROM integrations_connection WHERE id = %s AND status = 'active' FOR NO KEY UPDATE
"""
_VALID = "SELECT 1 FROM integrations_installation WHERE id = %s AND revoked_at IS NULL"


def hold(installation: Installation) -> None:
    """Lock the connection until the transaction ends, if the phone's token still holds.

    An upload that began before the phone was disconnected, or its person erased, stores nothing
    afterwards. Whether the token holds is asked once the lock is granted: together with it the
    answer could be older. Raises ``ProblemError`` 410.
    """
    held = binary.rows(_HOLD, [installation.connection_id])
    if not held or not binary.rows(_VALID, [installation.pk]):
        raise disconnected()


def disconnected() -> ProblemError:
    """Make the answer that tells a phone to stop."""
    return ProblemError(
        410, "relay_disconnected", "This phone was disconnected. Stop sending; reconnect."
    )
