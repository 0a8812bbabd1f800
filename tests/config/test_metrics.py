"""/metrics tells how the house does, from the tables and Redis, whichever process is asked."""

from datetime import timedelta

import pytest
import redis
from celery import current_app
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from integrations import tallies
from integrations.budgets import ledger
from integrations.budgets.allowances import allowances
from integrations.models import Breaker
from integrations.registry import get
from sync.models import Run, Schedule
from sync.watch.models import Alarm
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings):
    settings.METRICS_TOKEN = "secret-token"
    tallies.send()
    stores = [redis.Redis.from_url(url) for url in (settings.REDIS_URL, settings.CACHE_URL)]
    for store in stores:
        store.flushdb()
    yield
    for store in stores:
        store.flushdb()


@pytest.fixture
def series(client):
    """Return a function that scrapes and returns ``{(name, labels...): value}``."""

    def scrape():
        answer = client.get("/metrics", headers={"Authorization": "Bearer secret-token"})
        assert answer.status_code == 200
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }

    return scrape


def test_due_accounts_and_open_runs(series, alice):
    now = timezone.now()
    row = ConnectionFactory(person=alice)
    Schedule.objects.create(connection=row, next_sync_at=now - timedelta(seconds=90))
    Run.objects.create(
        connection=row, trigger="tap", state="queued", requested_at=now - timedelta(seconds=30)
    )
    found = series()
    assert found["stepwell_due_accounts",] == 1
    assert 90 <= found["stepwell_due_oldest_age_seconds",] < 150
    assert found["stepwell_open_runs", "queued", "tap"] == 1
    assert 30 <= found["stepwell_open_runs_oldest_age_seconds", "queued", "tap"] < 90


def test_queues(series):
    current_app.send_task("sync.tasks.run_now", kwargs={"run_id": "x"})
    found = series()
    assert found["stepwell_queue_messages", "interactive"] == 1
    assert found["stepwell_queue_messages", "sync"] == 0
    assert found["stepwell_queue_oldest_age_seconds", "interactive"] >= 0
    assert found["stepwell_queue_unfinished",] == 0


def test_what_processes_counted(series):
    tallies.count("talks", "fitbit", "ok")
    tallies.count("talks", "fitbit", "provider_outage", by=2)
    tallies.count("uploads", "healthkit", "ok")
    tallies.send()
    tallies.count("talks", "fitbit", "ok")
    found = series()
    assert found["stepwell_syncs_total", "ok", "fitbit"] == 2
    assert found["stepwell_syncs_total", "provider_outage", "fitbit"] == 2
    assert found["stepwell_uploads_total", "ok", "healthkit"] == 1


def test_how_long_providers_take(series):
    for seconds in (0.01, 0.2, 0.2, 60):
        tallies.called("fitbit", 200, seconds)
    tallies.called("fitbit", 503, 0.3)
    found = series()
    name = "stepwell_provider_call_seconds"
    assert found["stepwell_provider_calls_total", "fitbit", "2xx"] == 4
    assert found["stepwell_provider_calls_total", "fitbit", "5xx"] == 1
    assert found[f"{name}_bucket", "0.05", "fitbit"] == 1
    assert found[f"{name}_bucket", "0.25", "fitbit"] == 3
    assert found[f"{name}_bucket", "+Inf", "fitbit"] == found[f"{name}_count", "fitbit"] == 5
    assert found[f"{name}_sum", "fitbit"] == pytest.approx(60.71)


def test_budgets(series):
    quotas = get("fitbit").capabilities.quotas
    limit = next(quota.calls for quota in quotas if quota.scope == "app")
    now = timezone.now()
    wanted = allowances("fitbit", quotas, account="a", interactive=False)
    for _ in range(3):
        assert ledger.spend("fitbit", "a", wanted, now=now) == 1
    ledger.block("fitbit", "", until=now + timedelta(minutes=5), now=now)
    found = series()
    assert found["stepwell_budget_calls", "fitbit", "60"] == limit
    assert found["stepwell_budget_calls_left", "fitbit", "60"] == limit - 3
    assert 200 < found["stepwell_budget_blocked_seconds", "fitbit"] <= 300


def test_breakers_alarms_and_dead_letters(series):
    Breaker.objects.create(provider="fitbit", state="open", kind="outage")
    now = timezone.now()
    Alarm.objects.create(
        key="broker", title="t", remedy="r", opened_at=now - timedelta(hours=1), last_seen_at=now
    )
    found = series()
    assert found["stepwell_breaker_open", "outage", "fitbit"] == 1
    assert found["stepwell_alarms_open",] == 1
    assert found["stepwell_alarm_open_seconds", "broker"] >= 3600
    assert found["stepwell_dead_letters", "export"] == 0


def test_the_database_and_the_process(series):
    found = series()
    assert sum(value for key, value in found.items() if key[0] == "stepwell_database_sessions") >= 1
    assert found["process_cpu_seconds_total",] > 0
    assert found["stepwell_webhook_inbox",] == 0


def test_without_redis_the_rest_is_still_told(series, settings):
    settings.REDIS_URL = settings.CACHE_URL = "redis://127.0.0.1:1/0"
    found = series()
    failed = {key[1] for key in found if key[0] == "stepwell_metrics_failed"}
    assert failed >= {"broker", "counted", "latency", "budgets"}
    assert found["stepwell_due_accounts",] == 0


def test_a_scrape_costs_a_handful_of_queries(series, alice):
    with CaptureQueriesContext(database) as few:
        series()
    for _ in range(20):
        row = ConnectionFactory(person=alice)
        Schedule.objects.create(connection=row, next_sync_at=timezone.now())
        Run.objects.create(
            connection=row, trigger="poll", state="running", requested_at=timezone.now()
        )
    with CaptureQueriesContext(database) as many:
        series()
    assert len(many) == len(few) <= 15
