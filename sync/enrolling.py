"""The step before a reading: the provider is told of a consent it was not told of yet."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from integrations import calls, enrolment, registry
from integrations.contract import Fetched, FetchWindow
from integrations.errors import ProviderFailure
from integrations.http import HttpClient
from integrations.models import Connection
from sync import pooling


def enrol(connection: Connection, window: FetchWindow, *, now: datetime) -> ProviderFailure | None:
    """Tell the provider, with the window as the history that is wanted.

    Returns the failure where it would have to be raised: a reading may work all the same, and the
    next run tries again.
    """
    if not enrolment.is_due(connection):
        return None
    slug = connection.provider

    def question(http: HttpClient) -> bool:
        pooling.release()
        return enrolment.tell(http, connection, first=window.first, last=window.last)

    try:
        shares = calls.ask(
            registry.oauth_provider(slug),
            registry.config_of(slug),
            connection_id=connection.pk,
            now=now,
            question=question,
        )
    except ProviderFailure as failure:
        return failure
    enrolment.note(connection, shares_history=shares, now=now)
    return None


def read(fetch: Callable[[], Fetched], not_enrolled: ProviderFailure | None) -> Fetched:
    """Read although enrolling may have failed.

    If reading fails, too, then because of it: an account that is not registered is refused, and
    that must not look as if the person had withdrawn their consent.
    """
    try:
        fetched = fetch()
    except ProviderFailure as failure:
        raise (not_enrolled or failure) from None
    missed = (not_enrolled,) if not_enrolled else ()
    return replace(fetched, missed=(*fetched.missed, *missed))
