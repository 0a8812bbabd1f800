"""Series that come from Redis: queues, budgets, and what all processes have counted together."""

from collections.abc import Iterable
from datetime import datetime

from django.core.cache import cache
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from integrations import registry, tallies
from integrations.budgets import ledger
from sync.tasks import HEARTBEAT_KEY
from sync.watch import queues

_TALLIES = (
    ("talks", "stepwell_syncs", "Talks with providers by how they ended.", ["provider", "outcome"]),
    ("crashes", "stepwell_sync_crashes", "Runs that our own error ended.", ["provider"]),
    ("calls", "stepwell_provider_calls", "Answers of providers.", ["provider", "status"]),
    (
        "refused_by_budget",
        "stepwell_budget_refusals",
        "Calls not made because the budget was spent.",
        ["provider", "scope"],
    ),
    ("breaker_opened", "stepwell_breaker_openings", "Breakers opened.", ["provider", "kind"]),
    ("webhook_calls", "stepwell_webhook_calls", "Webhook requests.", ["provider", "outcome"]),
    (
        "webhook_notices",
        "stepwell_webhook_notices",
        "Entries of webhooks by what became of them.",
        ["provider", "kind", "outcome"],
    ),
    ("uploads", "stepwell_uploads", "Uploads of phones.", ["provider", "outcome"]),
)


def broker(now: datetime) -> Iterable[Metric]:
    """How long the queues are."""
    found = queues.look(now=now)
    length = GaugeMetricFamily("stepwell_queue_messages", "Messages waiting.", labels=["queue"])
    age = GaugeMetricFamily(
        "stepwell_queue_oldest_age_seconds", "Age of the oldest message.", labels=["queue"]
    )
    for queue in found.queues:
        length.add_metric([queue.name], queue.length)
        age.add_metric([queue.name], queue.oldest.total_seconds() if queue.oldest else 0)
    yield length
    yield age
    unfinished = "Messages that workers have taken and not finished."
    yield GaugeMetricFamily("stepwell_queue_unfinished", unfinished, found.unfinished)


def counted(now: datetime) -> Iterable[Metric]:
    """Counters of all processes; emptying Redis starts them anew."""
    del now
    tallies.send()
    for name, series, text, labels in _TALLIES:
        family = CounterMetricFamily(series, text, labels=labels)
        for values, value in tallies.read(name).items():
            family.add_metric(list(values), value)
        yield family


def latency(now: datetime) -> Iterable[Metric]:
    """How long providers take to answer."""
    del now
    family = HistogramMetricFamily(
        "stepwell_provider_call_seconds", "Time to an answer.", labels=["provider"]
    )
    found = tallies.read("latency")
    sums = tallies.read("latency_sum")
    for provider in sorted({labels[0] for labels in found}):
        family.add_metric(
            [provider], _buckets(provider, found), sum_value=sums.get((provider,), 0.0)
        )
    yield family


def _buckets(provider: str, found: dict[tuple[str, ...], float]) -> list[tuple[str, float]]:
    """Cumulative counts, as Prometheus wants them."""
    total = 0.0
    buckets: list[tuple[str, float]] = []
    for bound in [*map(str, tallies.LATENCY_BOUNDS), "+Inf"]:
        total += found.get((provider, bound), 0)
        buckets.append((bound, total))
    return buckets


def budgets(now: datetime) -> Iterable[Metric]:
    """What is left of the quotas of the application."""
    labels = ["provider", "seconds"]
    left = GaugeMetricFamily(
        "stepwell_budget_calls_left", "Calls left in the window of a quota.", labels=labels
    )
    limit = GaugeMetricFamily("stepwell_budget_calls", "Calls of the quota.", labels=labels)
    blocked = GaugeMetricFamily(
        "stepwell_budget_blocked_seconds", "How long nobody may ask yet.", labels=["provider"]
    )
    for provider in registry.all_providers():
        quotas = provider.capabilities.quotas
        for each in ledger.left(provider.slug, quotas, now=now):
            values = [provider.slug, str(each.quota.seconds)]
            left.add_metric(values, each.left)
            limit.add_metric(values, each.quota.calls)
        until = ledger.blocked_until(provider.slug, now=now)
        blocked.add_metric([provider.slug], (until - now).total_seconds() if until else 0)
    return left, limit, blocked


def heartbeat(now: datetime) -> Iterable[Metric]:
    """Whether beat and a worker are alive."""
    mark = cache.get(HEARTBEAT_KEY)
    if mark:
        age = (now - datetime.fromisoformat(mark)).total_seconds()
        yield GaugeMetricFamily("stepwell_heartbeat_age_seconds", "Since a worker worked.", age)


PARTS = (broker, counted, latency, budgets, heartbeat)
