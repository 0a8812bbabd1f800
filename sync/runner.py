"""One run: ask the provider, then write facts, days, scores and the next due time together.

Nothing is held open while the provider is asked. Afterwards one transaction stores everything, so a
crash at any point repeats work and never skips any. A worker whose lease was taken over finds
another attempt number and writes nothing.
"""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from challenges.scoring import record_days
from integrations import calls, registry
from integrations.contract import Fetched, FetchWindow
from integrations.devices import replace_devices
from integrations.errors import ProviderFailure
from integrations.http import HttpClient
from integrations.models import Connection, ConnectionStatus
from steps import freshness, ledger
from sync import claims, outcomes, pooling, windows
from sync.intake import cloud_delivery
from sync.models import Run
from sync.needs import first_day_needed

Clock = Callable[[], datetime]


def run(*, run_id: uuid.UUID, clock: Clock) -> Run | None:
    """Carry out a run to its end, good or bad; returns None when there was nothing to do."""
    taken = claims.take(run_id=run_id, now=clock())
    if taken is None:
        return None
    if taken.connection.status != ConnectionStatus.ACTIVE:
        return outcomes.abandoned(taken, now=clock())
    try:
        _bring_up_to_date(taken, clock)
    except ProviderFailure as failure:
        outcomes.failed(taken, failure, now=clock())
    except Exception as error:
        outcomes.crashed(taken, error, now=clock())
        raise
    return taken


def _bring_up_to_date(taken: Run, clock: Clock) -> None:
    connection = taken.connection
    asked_at = clock()
    window = _window(connection, asked_at)
    fetched = _fetch(connection, window, asked_at)
    _store(taken, window, fetched, asked_at=asked_at, now=clock())


def _window(connection: Connection, now: datetime) -> FetchWindow:
    provider = registry.get(connection.provider)
    return windows.window(
        now=now,
        zone=connection.person.zone,
        last_synced_at=connection.last_synced_at,
        needed_from=first_day_needed(person_id=connection.person_id, now=now),
        history_days=provider.capabilities.history_days,
        hourly=provider.capabilities.hourly,
    )


def _fetch(connection: Connection, window: FetchWindow, now: datetime) -> Fetched:
    """Ask the provider with nothing of the database held meanwhile."""
    provider = registry.oauth_provider(connection.provider)
    config = registry.config_of(connection.provider)
    scopes = frozenset(connection.granted_scopes)

    def question(http: HttpClient) -> Fetched:
        pooling.release()
        return provider.fetch(http, config, window, scopes)

    return calls.ask(provider, config, connection_id=connection.pk, now=now, question=question)


@transaction.atomic
def _store(
    taken: Run, window: FetchWindow, fetched: Fetched, *, asked_at: datetime, now: datetime
) -> None:
    if not claims.still_mine(taken):
        return
    connection = taken.connection
    if not _still_active(connection):
        outcomes.abandoned(taken, now=now)
        return
    delivery = cloud_delivery(
        connection=connection,
        provider_name=registry.get(connection.provider).name,
        fetched=fetched,
        zone=_zone(connection, fetched),
        as_of=asked_at,
        received_at=now,
    )
    recorded = ledger.record(delivery, why="provider_report")
    record_days(person_id=connection.person_id, dates=recorded.changed, now=now)
    if fetched.devices is not None:
        replace_devices(connection_id=connection.pk, devices=fetched.devices)
    freshness.confirm(person_id=connection.person_id, at=now)
    taken.detail = "; ".join(f"{each.cause}: {each.detail}" for each in fetched.missed)
    outcomes.succeeded(
        taken, window, changed=_sorted(recorded.changed), timezone=fetched.timezone, now=now
    )


def _still_active(connection: Connection) -> bool:
    """Lock the connection and see whether the person stopped it while we asked."""
    row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    connection.status, connection.reason = row.status, row.reason
    return row.status == ConnectionStatus.ACTIVE


def _zone(connection: Connection, fetched: Fetched) -> ZoneInfo:
    """Cut hours in the zone the provider files its days under; the person's where it says none."""
    try:
        return ZoneInfo(fetched.timezone) if fetched.timezone else connection.person.zone
    except (KeyError, ValueError):
        return connection.person.zone


def _sorted(dates: frozenset[date]) -> list[str]:
    return [day.isoformat() for day in sorted(dates)]
