"""Holds a phone's connection while something of the phone is stored."""

from integrations.models import Installation
from users import binary
from users.problems import ProblemError

_HOLD = """
    SELECT 1 FROM integrations_connection connection
    JOIN integrations_installation phone ON phone.connection_id = connection.id
    WHERE phone.id = %s AND phone.revoked_at IS NULL AND connection.status = 'active'
    FOR NO KEY UPDATE OF connection, phone
"""


def hold(installation: Installation) -> None:
    """Lock the connection and the phone until the transaction ends, if its token still holds.

    An upload that began before the phone was disconnected, or its person erased, stores nothing
    afterwards: what a lock had to wait for is looked at again. The connection comes first, as for
    everybody. Raises ``ProblemError`` 410.
    """
    if not binary.rows(_HOLD, [installation.pk]):
        raise disconnected()


def disconnected() -> ProblemError:
    """Make the answer that tells a phone to stop."""
    return ProblemError(
        410, "relay_disconnected", "This phone was disconnected. Stop sending; reconnect."
    )
