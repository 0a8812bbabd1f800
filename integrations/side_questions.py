"""Questions beside the steps: a failed one never costs the steps that were read. Pure."""

from collections.abc import Callable
from typing import TypeVar

from integrations.errors import ProviderFailure, RateLimited, Unauthorized

Part = TypeVar("Part")


def if_possible(ask: Callable[[], Part], missed: list[ProviderFailure]) -> Part | None:
    """Return what ``ask`` brings, or None and its failure in ``missed``.

    A refused token and a rate limit concern every further call and are passed on.
    """
    try:
        return ask()
    except (Unauthorized, RateLimited):
        raise
    except ProviderFailure as failure:
        missed.append(failure)
        return None
