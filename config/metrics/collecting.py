"""Puts the parts together; one that fails is named and takes no other along."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.metrics import database_parts, redis_parts

log = logging.getLogger(__name__)


class House(Collector):
    """Everything about Stepwell as a whole at ``now``."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        """Read all parts."""
        failed = GaugeMetricFamily(
            "stepwell_metrics_failed", "1 for each part that could not be read.", labels=["part"]
        )
        for part in (*database_parts.PARTS, *redis_parts.PARTS):
            try:
                found = list(part(self._now))
            except Exception as error:  # noqa: BLE001 - a database or Redis that is away
                extra = {"action": "metrics_failed", "part": part.__name__}
                log.warning("no metrics: %s", type(error).__name__, extra=extra)
                failed.add_metric([part.__name__], 1)
            else:
                yield from found
        yield failed

    def describe(self) -> Iterator[Metric]:
        """Say nothing beforehand, so that registering reads nothing."""
        return iter(())


def exposition(*, now: datetime) -> bytes:
    """Everything in the text format of Prometheus, with what this process knows of itself."""
    registry = CollectorRegistry()
    registry.register(House(now))
    return generate_latest(REGISTRY) + generate_latest(registry)
