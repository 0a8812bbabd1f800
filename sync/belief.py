"""Whether a provider's word that ends a connection is believed, or has to be said again first.

One answer can be a hiccup, and whoever is told to reconnect for nothing does not come back. What
the token endpoint says of a grant is final; what the data interface says against an account has to
be said by several runs in a row, which follow each other within seconds.
"""

from datetime import datetime, timedelta

from integrations import breakers
from integrations.errors import DENIED_EVERYWHERE, ProviderFailure, ProviderGone
from sync.models import Run

ASK_AGAIN = timedelta(seconds=5)
# How many runs in a row have to hear it; each has heard that even a new token is refused twice.
TIMES_TO_SAY = {DENIED_EVERYWHERE: 3, "scope_missing": 4}
_TIMES_GONE = 4


def is_believed(run: Run, failure: ProviderFailure, *, now: datetime) -> bool:
    """Whether the failure that has just ended ``run`` (stored by now) is to end its connection."""
    if isinstance(failure, ProviderGone):
        return not _serves_others(run, now) or _said(run, failure.cause, _TIMES_GONE)
    return _said(run, failure.cause, TIMES_TO_SAY.get(failure.cause, 1))


def _serves_others(run: Run, now: datetime) -> bool:
    """An interface that answers other people has not ended."""
    connection = run.connection
    return breakers.serves_others(provider=connection.provider, account=str(connection.pk), now=now)


def _said(run: Run, cause: str, times: int) -> bool:
    if times == 1:
        return True
    runs = Run.objects.filter(connection=run.connection_id).exclude(finished_at=None)
    heard = list(runs.order_by("-finished_at").values_list("cause", flat=True)[:times])
    return heard == [cause] * times
