"""Series that come from PostgreSQL, each with a query that stays small however large tables are."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric

from integrations import registry
from integrations.contract import ProviderKind
from integrations.models import Breaker
from sync.watch import alarms, backlog, dead_letters

_OPEN_RUNS = """
    SELECT state, trigger, count(*), extract(epoch FROM %(now)s - min(requested_at))
    FROM (SELECT state, trigger, requested_at FROM sync_run
          WHERE state IN ('queued', 'running') ORDER BY requested_at LIMIT 10000) open
    GROUP BY state, trigger
"""
_INBOX = """
    SELECT count(*), coalesce(extract(epoch FROM %(now)s - min(received_at)), 0)
    FROM (SELECT received_at FROM sync_webhooknotice
          WHERE state = 'waiting' ORDER BY due_at LIMIT 10000) waiting
"""
_SESSIONS = """
    SELECT application_name, coalesce(state, ''), count(*) FROM pg_stat_activity
    WHERE datname = current_database() GROUP BY 1, 2
"""


def due(now: datetime) -> Iterable[Metric]:
    """How far automatic syncs are behind."""
    behind = backlog.look(now=now)
    counted = f"Accounts due for a sync that no worker has yet, up to {backlog.COUNTED}."
    yield GaugeMetricFamily("stepwell_due_accounts", counted, behind.due)
    yield GaugeMetricFamily(
        "stepwell_due_oldest_age_seconds", "How long the first has been due.", _s(behind.oldest)
    )


def runs(now: datetime) -> Iterable[Metric]:
    """Runs that wait or run, up to ten thousand."""
    labels = ["state", "trigger"]
    count = GaugeMetricFamily("stepwell_open_runs", "Runs not ended yet.", labels=labels)
    age = GaugeMetricFamily(
        "stepwell_open_runs_oldest_age_seconds", "Since when the oldest waits.", labels=labels
    )
    for state, trigger, number, seconds in _rows(_OPEN_RUNS, now):
        count.add_metric([state, trigger], number)
        age.add_metric([state, trigger], max(float(seconds), 0))
    return count, age


def inbox(now: datetime) -> Iterable[Metric]:
    """Webhooks that wait to be worked on, up to ten thousand."""
    ((count, seconds),) = _rows(_INBOX, now)
    yield GaugeMetricFamily("stepwell_webhook_inbox", "Notices waiting.", count)
    yield GaugeMetricFamily(
        "stepwell_webhook_inbox_oldest_age_seconds", "Age of the oldest.", max(float(seconds), 0)
    )


def breakers(now: datetime) -> Iterable[Metric]:
    """Which providers are not being asked, and why."""
    del now
    rows = {row.provider: row for row in Breaker.objects.filter(state=Breaker.State.OPEN)}
    is_open = GaugeMetricFamily(
        "stepwell_breaker_open", "1 while a provider is not asked.", labels=["provider", "kind"]
    )
    for slug in {*_clouds(), *rows}:
        row = rows.get(slug)
        is_open.add_metric([slug, row.kind if row else ""], 1 if row else 0)
    yield is_open


def alarms_open(now: datetime) -> Iterable[Metric]:
    """What an operator has to look at."""
    age = GaugeMetricFamily(
        "stepwell_alarm_open_seconds", "How long an alarm has been open.", labels=["alarm"]
    )
    found = list(alarms.open_alarms())
    for alarm in found:
        age.add_metric([alarm.key], _s(now - alarm.opened_at))
    return age, GaugeMetricFamily("stepwell_alarms_open", "Alarms that are open.", len(found))


def dead(now: datetime) -> Iterable[Metric]:
    """What failed for good."""
    del now
    family = GaugeMetricFamily(
        "stepwell_dead_letters", "Given up, waiting for an operator.", labels=["kind"]
    )
    for kind, count in dead_letters.counts().items():
        family.add_metric([kind], count)
    yield family


def sessions(now: datetime) -> Iterable[Metric]:
    """Sessions of every process at the database, and the pool of this one."""
    labels = ["process", "state"]
    family = GaugeMetricFamily(
        "stepwell_database_sessions", "Sessions at PostgreSQL.", labels=labels
    )
    for process, state, count in _rows(_SESSIONS, now):
        family.add_metric([process, state], count)
    yield family
    pool = GaugeMetricFamily(
        "stepwell_database_pool", "The connection pool of this web process.", labels=["figure"]
    )
    for figure, value in _pool().items():
        pool.add_metric([figure], value)
    yield pool


def _pool() -> dict[str, float]:
    pool: Any = getattr(connection, "pool", None)
    return dict(pool.get_stats()) if pool is not None else {}


def _clouds() -> list[str]:
    return [each.slug for each in registry.all_providers() if each.kind == ProviderKind.OAUTH]


def _rows(sql: str, now: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": now})
        return list(cursor.fetchall())


def _s(age: Any) -> float:
    return max(float(age.total_seconds()), 0)


PARTS = (due, runs, inbox, breakers, alarms_open, dead, sessions)
