"""Whether a provider's word that ends a connection is believed, or has to be said again first.

One answer can be a hiccup, and whoever is told to reconnect for nothing does not come back. What
the token endpoint says of a grant is final; what the data interface says against an account has to
be said by several runs in a row, which follow each other within seconds.
"""

from datetime import timedelta

from integrations.errors import DENIED_EVERYWHERE, ProviderFailure
from sync.models import Run

ASK_AGAIN = timedelta(seconds=5)
# In how many runs in a row. One run alone asks twice before it calls even a new token refused.
TIMES_TO_SAY = {DENIED_EVERYWHERE: 3, "scope_missing": 4, "provider_retired": 4}


def is_believed(run: Run, failure: ProviderFailure) -> bool:
    """Whether the failure that has just ended ``run`` (stored by now) is to end its connection."""
    times = TIMES_TO_SAY.get(failure.cause, 1)
    return times == 1 or _causes_of_last_runs(run, times) == [failure.cause] * times


def _causes_of_last_runs(run: Run, count: int) -> list[str]:
    runs = Run.objects.filter(connection=run.connection_id).exclude(finished_at=None)
    return list(runs.order_by("-finished_at").values_list("cause", flat=True)[:count])
