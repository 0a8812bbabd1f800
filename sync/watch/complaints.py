"""Everything that can be wrong with the whole of Stepwell, asked anew each time."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from integrations import registry
from integrations.breaker_rules import Trouble
from integrations.models import Breaker
from integrations.redis_door import RedisGone, door
from sync.watch import backlog, dead_letters, queues
from sync.watch.alarms import Complaint
from sync.webhooks import subscriptions

LATE = timedelta(minutes=15)
WAITING = timedelta(minutes=5)

_TROUBLES = {
    Trouble.OUTAGE: (
        "provider_outage",
        "{name} does not answer properly for anybody",
        (
            "Nothing: it is asked again now and then, and everybody goes on once it answers. If it"
            " lasts, look at the provider's status page and at this server's way to the internet."
        ),
    ),
    Trouble.REVOCATION: (
        "mass_revocation",
        "{name} refuses everybody's consent at once",
        (
            "Nobody is told to reconnect. Look whether our application was blocked or changed at"
            " the provider; if consents are really gone, press “Believe it” on the operations page."
        ),
    ),
    Trouble.OPERATOR: (
        "operator_fault",
        "{name} refuses our application",
        (
            "Check the client id and secret, the switched-on APIs and the application's state in"
            " the provider's console. People need to do nothing."
        ),
    ),
    Trouble.GONE: (
        "provider_gone",
        "{name} has ended its interface",
        (
            "Everybody's connection is retired and people are asked to choose another tracker. If"
            " this is a mistake, press “Bring back” on the operations page."
        ),
    ),
}


def all_of_them(*, now: datetime) -> Iterator[Complaint]:
    """Yield all that is wrong now."""
    for watch in WATCHES:
        yield from watch(now)


def _providers(now: datetime) -> Iterator[Complaint]:
    del now
    for row in Breaker.objects.order_by("provider"):
        trouble = _trouble(row)
        if trouble is not None:
            key, title, remedy = _TROUBLES[trouble]
            name = name_of(row.provider)
            detail = row.fault_detail if trouble == Trouble.OPERATOR else row.detail
            yield Complaint(
                key=f"{key}:{row.provider}",
                title=title.format(name=name),
                remedy=remedy,
                detail=detail or row.detail,
            )


def _trouble(row: Breaker) -> Trouble | None:
    if row.state == Breaker.State.OPEN:
        return Trouble(row.kind)
    return Trouble.OPERATOR if row.fault_at else None


def name_of(provider: str) -> str:
    """Return a provider's name; of a folder that was removed, its slug."""
    try:
        return registry.get(provider).name
    except registry.UnknownProvider:
        return provider


def _subscriptions(now: datetime) -> Iterator[Complaint]:
    del now
    for provider in registry.all_providers():
        trouble = subscriptions.trouble_of(provider.slug)
        if trouble:
            yield Complaint(
                key=f"subscription:{provider.slug}",
                title=f"{provider.name} does not tell us of changes",
                detail=trouble,
                remedy="Look at the webhook's address and secret in the provider's console, then"
                " run manage.py subscribe_webhooks. Until then its accounts are only polled.",
            )


def _due(now: datetime) -> Iterator[Complaint]:
    behind = backlog.look(now=now)
    if behind.oldest > LATE:
        yield Complaint(
            key="backlog",
            title="Automatic syncs are late",
            detail=f"{behind.due} accounts are due, the first since {_minutes(behind.oldest)}.",
            remedy="See that beat and the sync workers run; start more workers for the sync queue.",
        )


def _queues(now: datetime) -> Iterator[Complaint]:
    try:
        found = queues.look(now=now).queues
    except queues.BrokerGone:
        yield Complaint(
            key="broker",
            title="The broker cannot be reached",
            remedy="Start Redis at REDIS_URL again; nothing is lost, what is open is sent anew.",
        )
        return
    for queue in found:
        if queue.oldest is not None and queue.oldest > WAITING:
            yield Complaint(
                key=f"queue:{queue.name}",
                title=f"The queue “{queue.name}” is not being emptied",
                detail=f"{queue.length} messages, the oldest from {_minutes(queue.oldest)} ago.",
                remedy=f"See that workers of the queue run (celery -A config worker -Q {queue.name}"
                " ...) and start more of them.",
            )


def _cache(now: datetime) -> Iterator[Complaint]:
    del now
    try:
        door().ask(lambda redis: redis.ping())
    except RedisGone:
        yield Complaint(
            key="cache",
            title="The Redis of CACHE_URL cannot be reached",
            remedy="Start it again. Until then boards come from the database and every process"
            " keeps to a small share of the providers' limits.",
        )


def _dead_letters(now: datetime) -> Iterator[Complaint]:
    del now
    found = {kind: count for kind, count in dead_letters.counts().items() if count}
    if found:
        yield Complaint(
            key="dead_letters",
            title="Something has failed for good",
            detail=", ".join(f"{count} of kind {kind}" for kind, count in found.items()),
            remedy="Read the reasons on the operations page, mend them, then replay.",
        )


def _minutes(age: timedelta) -> str:
    return f"{int(age.total_seconds() // 60)} minutes"


WATCHES: tuple[Callable[[datetime], Iterator[Complaint]], ...] = (
    _providers,
    _subscriptions,
    _due,
    _queues,
    _cache,
    _dead_letters,
)
