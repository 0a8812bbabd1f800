"""A talk with a provider under the eyes of its breaker: who may begin, and what its end teaches."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from integrations import breakers, tallies
from integrations.breaker_rules import word_of
from integrations.breakers import Pass
from integrations.errors import Held, NeedsReconnect, ProviderFailure

# The person stopped it here: the provider was not asked.
OUR_OWN_DOING = frozenset({"disconnected_by_user"})


@contextmanager
def supervised(*, provider: str, account: str, now: datetime) -> Iterator[None]:
    """Let a talk for ``account`` take place; raises ``Held`` when the provider rests.

    A refusal of somebody's consent while everybody's is refused comes out as ``Held``, too: it
    proves nothing about that person.
    """
    how = _admitted(provider, now)
    try:
        yield
    except ProviderFailure as failure:
        tallies.count("talks", provider, failure.cause)
        doubt = _learn(provider, account, failure, how, now)
        if doubt is None:
            raise
        raise doubt from None
    except BaseException:
        _said_nothing(provider, how)
        raise
    tallies.count("talks", provider, "ok")
    breakers.succeeded(provider=provider, account=account, how=how, now=now)


def _admitted(provider: str, now: datetime) -> Pass:
    try:
        return breakers.admit(provider=provider, now=now)
    except Held:
        tallies.count("talks", provider, "held")
        raise


def _learn(
    provider: str, account: str, failure: ProviderFailure, how: Pass, now: datetime
) -> ProviderFailure | None:
    word = None if failure.cause in OUR_OWN_DOING else word_of(failure)
    if word is None:
        _said_nothing(provider, how)
        return None
    row = breakers.failed(
        provider=provider, account=account, word=word, detail=failure.detail, how=how, now=now
    )
    doubtful = row is not None and isinstance(failure, NeedsReconnect)
    return breakers.held(row, now) if row is not None and doubtful else None


def _said_nothing(provider: str, how: Pass) -> None:
    if how == Pass.PROBE:
        breakers.release(provider=provider)
