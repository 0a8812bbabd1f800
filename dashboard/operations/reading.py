"""What the operations page shows: states and counts, never anybody's name or steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from integrations import registry
from integrations.breaker_rules import Trouble
from integrations.budgets import ledger
from integrations.budgets.ledger import Left
from integrations.contract import ProviderKind
from integrations.models import Breaker, Connection
from integrations.redis_door import RedisGone
from sync.watch import alarms, backlog, dead_letters, queues
from sync.watch.complaints import name_of

RECENT_ALARMS = 20
LETTERS = 50
_WORDS = {
    Trouble.OUTAGE: "Down for everybody",
    Trouble.REVOCATION: "Refuses all consents",
    Trouble.OPERATOR: "Refuses our app",
    Trouble.GONE: "Has ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLine:
    """A provider's standing. ``budgets`` is None while Redis cannot be asked."""

    slug: str
    name: str
    breaker: Breaker | None
    statuses: dict[str, int]
    budgets: list[Left] | None
    blocked_until: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether nobody asks it."""
        return self.breaker is not None and self.breaker.state == Breaker.State.OPEN

    @property
    def is_doubtful(self) -> bool:
        """Whether it refuses everybody's consent, which an operator may have believed."""
        return self.is_open and self.kind == Trouble.REVOCATION

    @property
    def kind(self) -> str:
        """Which trouble it has, or nothing."""
        return self.breaker.kind if self.breaker and self.is_open else ""

    @property
    def word(self) -> str:
        """Its state in words."""
        if self.is_open:
            return _WORDS[Trouble(self.kind)]
        return "Refuses our app" if self.has_fault else "Working"

    @property
    def has_fault(self) -> bool:
        """Whether it refused our application lately."""
        return self.breaker is not None and self.breaker.fault_at is not None

    @property
    def tone(self) -> str:
        """How loud to show it."""
        return "broken" if self.is_open else ("stale" if self.has_fault else "fresh")


def everything(now: datetime) -> dict[str, Any]:
    """Return all parts of the page."""
    return {
        "open_alarms": list(alarms.open_alarms()),
        "recent_alarms": list(alarms.recent(limit=RECENT_ALARMS)),
        "providers": providers(now),
        "broker": _broker(now),
        "backlog": backlog.look(now=now),
        "letters": dead_letters.listed(limit=LETTERS),
        "letter_counts": dead_letters.counts(),
    }


def providers(now: datetime) -> list[ProviderLine]:
    """Return every cloud provider that somebody uses or that has a folder."""
    rows = {row.provider: row for row in Breaker.objects.all()}
    statuses = _statuses()
    return [
        _line(slug, rows.get(slug), statuses.get(slug, {}), now)
        for slug in sorted({*_clouds(), *rows})
    ]


def _line(slug: str, row: Breaker | None, statuses: dict[str, int], now: datetime) -> ProviderLine:
    try:
        quotas = registry.get(slug).capabilities.quotas
    except registry.UnknownProvider:
        quotas = ()
    try:
        budgets, blocked = ledger.left(slug, quotas, now=now), ledger.blocked_until(slug, now=now)
    except RedisGone:
        budgets, blocked = None, None
    return ProviderLine(
        slug=slug,
        name=name_of(slug),
        breaker=row,
        statuses=statuses,
        budgets=budgets,
        blocked_until=blocked,
    )


def _statuses() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = Connection.objects.values_list("provider", "status").annotate(Count("pk")).order_by()
    for provider, status, count in rows:
        found.setdefault(provider, {})[status.replace("_", " ")] = count
    return found


def _clouds() -> list[str]:
    return [each.slug for each in registry.all_providers() if each.kind == ProviderKind.OAUTH]


def _broker(now: datetime) -> queues.Broker | None:
    try:
        return queues.look(now=now)
    except queues.BrokerGone:
        return None
