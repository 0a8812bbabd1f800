"""One run: ask the provider, then write facts, days, scores and the next due time together.

Nothing is held open while the provider is asked. Afterwards one transaction stores everything, so a
crash at any point repeats work and never skips any. A worker whose lease was taken over finds
another attempt number and writes nothing.
"""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from challenges.scoring import record_days
from integrations import calls, registry
from integrations.contract import Fetched, FetchWindow
from integrations.devices import replace_devices
from integrations.errors import ProviderFailure
from integrations.http import HttpClient
from integrations.models import ConnectionStatus
from steps import freshness, ledger
from sync import claims, enrolling, outcomes, pooling, windows
from sync.intake import cloud_delivery, zone_of
from sync.models import Run
from sync.webhooks import named_days
from sync.windows import Asked
from sync.work import Work, load
from users import binary

Clock = Callable[[], datetime]
# A run that costs its worker the life each time is not tried for ever.
MOST_ATTEMPTS = 4


class WorkersDied(Exception):
    """Several workers in a row took a run and were never heard of again."""


def run(*, run_id: uuid.UUID, clock: Clock) -> Run | None:
    """Carry out a run to its end, good or bad; returns None when there was nothing to do."""
    taken = claims.take(run_id=run_id, now=clock())
    work = load(taken, now=clock()) if taken else None
    return _carry_out(work, clock) if work else None


def poll(*, connection_id: uuid.UUID, clock: Clock) -> Run | None:
    """Carry out the run of a connection that is due; returns None when there was nothing to do."""
    begun = claims.begin(connection_id=connection_id, now=clock())
    work = load(begun, now=clock()) if begun else None
    if work is None:
        return None
    if not work.is_due(clock()):
        claims.unneeded(work.run)
        return None
    return _carry_out(work, clock)


def _carry_out(work: Work, clock: Clock) -> Run:
    taken = work.run
    if taken.attempt > MOST_ATTEMPTS:
        outcomes.crashed(taken, WorkersDied(), now=clock(), counts=outcomes.HOPELESS)
        return taken
    if work.connection.status != ConnectionStatus.ACTIVE:
        return outcomes.abandoned(taken, now=clock())
    try:
        _bring_up_to_date(work, clock)
    except ProviderFailure as failure:
        outcomes.failed(taken, failure, now=clock())
    except Exception as error:
        outcomes.crashed(taken, error, now=clock())
        raise
    return taken


def _bring_up_to_date(work: Work, clock: Clock) -> None:
    asked_at = clock()
    window = _window(work, asked_at)
    not_enrolled = enrolling.enrol(work.connection, window, now=asked_at)
    if not registry.get(work.connection.provider).capabilities.polls:
        outcomes.listening(work.run, not_enrolled, now=clock())
        return
    fetched = enrolling.read(lambda: _fetch(work, window, asked_at), not_enrolled)
    _store(work, window, fetched, asked_at=asked_at, now=clock())


def _window(work: Work, now: datetime) -> FetchWindow:
    connection, times = work.connection, work.schedule
    capabilities = registry.get(connection.provider).capabilities
    window = windows.window(
        now=now,
        zone=connection.person.zone,
        asked=Asked(
            steps_at=connection.last_synced_at,
            devices_at=times.devices_asked_at,
            zone_at=times.zone_asked_at,
        ),
        needed_from=work.first_day_needed(now),
        history_days=capabilities.history_days,
        hourly=capabilities.hourly,
        whole=work.is_sweep,
        waited_for=work.is_waited_for,
    )
    return named_days.widened(window, work.named, history_days=capabilities.history_days)


def _fetch(work: Work, window: FetchWindow, now: datetime) -> Fetched:
    """Ask the provider with nothing of the database held meanwhile."""
    connection = work.connection
    provider = registry.oauth_provider(connection.provider)
    config = registry.config_of(connection.provider)
    scopes = frozenset(connection.granted_scopes)

    def question(http: HttpClient) -> Fetched:
        pooling.release()
        return provider.fetch(http, config, window, scopes)

    return calls.ask(
        provider,
        config,
        connection_id=connection.pk,
        now=now,
        question=question,
        interactive=work.is_waited_for,
    )


@transaction.atomic
def _store(
    work: Work, window: FetchWindow, fetched: Fetched, *, asked_at: datetime, now: datetime
) -> None:
    if not claims.still_mine(work.run):
        return
    connection = work.connection
    if connection.status != ConnectionStatus.ACTIVE:  # the person stopped it while we asked
        outcomes.abandoned(work.run, now=now)
        return
    delivery = cloud_delivery(
        connection=connection,
        provider_name=registry.get(connection.provider).name,
        fetched=fetched,
        zone=zone_of(connection, fetched),
        as_of=asked_at,
        received_at=now,
    )
    with binary.in_one_trip():
        changed = ledger.record(delivery, why="provider_report").changed
        record_days(person_id=connection.person_id, dates=changed, now=now)
        if fetched.devices is not None:
            replace_devices(connection_id=connection.pk, devices=fetched.devices)
        named_days.forget(connection_id=connection.pk, named=work.named)
        freshness.confirm(person_id=connection.person_id, at=now)
        outcomes.succeeded(work, window, fetched, changed=changed, asked_at=asked_at, now=now)
