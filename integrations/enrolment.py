"""What a provider is told once a person has consented: who they are, and that history is wanted.

It is done in the background with the first reading, so that a provider that fails at it costs
nobody their connection; what failed is told again with the next run. Doing it twice is harmless.
"""

from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet

from integrations import registry
from integrations.abilities import Backfills, Joins
from integrations.errors import NeedsReconnect
from integrations.http import HttpClient
from integrations.models import Connection, Credential

HISTORY_NOT_SHARED = "history_not_shared"
HISTORY = "history"


def is_due(connection: Connection) -> bool:
    """Whether the provider wants to be told and was not told of this consent yet."""
    provider = registry.oauth_provider(connection.provider)
    return isinstance(provider, Joins | Backfills) and _untold(connection).exists()


def tell(http: HttpClient, connection: Connection, *, first: date, last: date) -> bool:
    """Register the account, and ask for the history of the civil days ``first`` to ``last``.

    Returns False when the person shares no history, which is theirs to decide. Raises the failures
    of ``integrations.errors``.
    """
    provider = registry.oauth_provider(connection.provider)
    config = registry.config_of(connection.provider)
    if isinstance(provider, Joins):
        url = webhook_url(connection.provider)
        provider.join(http, config, account_id=connection.account_id, webhook_url=url)
    if isinstance(provider, Backfills):
        try:
            provider.backfill(http, config, first=first, last=last)
        except NeedsReconnect as failure:
            if failure.cause != HISTORY_NOT_SHARED:
                raise
            return False
    return True


def note(connection: Connection, *, shares_history: bool, now: datetime) -> None:
    """Remember that the provider was told; a consent given since then stays untold."""
    told = _untold(connection).filter(connection__connected_at=connection.connected_at)
    if told.update(enrolled_at=now) and not shares_history:
        missing = sorted({*connection.missing_permissions, HISTORY})
        Connection.objects.filter(pk=connection.pk).update(missing_permissions=missing)


def webhook_url(provider: str) -> str:
    """Our public address for a provider's webhooks."""
    return f"{settings.BASE_URL}/webhooks/{provider}"


def _untold(connection: Connection) -> QuerySet[Credential]:
    return Credential.objects.filter(connection=connection.pk, enrolled_at=None)
