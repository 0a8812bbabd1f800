"""The four states of a person's data, as conditions for the database.

They say the same as ``challenges.freshness.freshness_of``, which judges one person.
"""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from challenges.freshness import FRESH_FOR, Freshness

# Loudest first, the order in which pages show them.
ORDER = (Freshness.BROKEN, Freshness.STALE, Freshness.NONE, Freshness.FRESH)


def in_state(state: Freshness, *, now: datetime, person: str = "") -> Q:
    """Return the condition; ``person`` leads from the queried rows to the person (``person__``)."""
    confirmed, broken = f"{person}freshness__confirmed_at", f"{person}freshness__broken_since"
    working = Q(**{f"{broken}__isnull": True})
    conditions = {
        Freshness.NONE: Q(**{f"{confirmed}__isnull": True}),
        Freshness.BROKEN: Q(**{f"{confirmed}__isnull": False, f"{broken}__isnull": False}),
        Freshness.FRESH: working & Q(**{f"{confirmed}__gte": now - FRESH_FOR}),
        Freshness.STALE: working & Q(**{f"{confirmed}__lt": now - FRESH_FOR}),
    }
    return conditions[state]


def count_states(rows: QuerySet[Any], *, now: datetime, person: str = "") -> dict[Freshness, int]:
    """Count the rows in each state, in the order of ``ORDER``."""
    counts = rows.aggregate(
        **{
            state.value: Count("pk", filter=in_state(state, now=now, person=person))
            for state in ORDER
        }
    )
    return {state: counts[state.value] for state in ORDER}
