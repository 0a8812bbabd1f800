"""A circuit breaker per provider: whether it is asked at all, and who tries when it is not.

The row in PostgreSQL is the truth. Redis repeats in ten-second notes whether a provider is open,
and holds the latest outcomes; without it the row is read instead and each process goes by its own.
That all is well, each process remembers for a second: it is asked before every talk.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from integrations import outcomes_seen, tallies
from integrations.breaker_rules import (
    Outcome,
    Trouble,
    Word,
    accounts_of,
    has_gone,
    rest,
    tripped,
)
from integrations.errors import Held
from integrations.models import Breaker, Connection, ConnectionStatus
from integrations.redis_door import RedisGone, door

log = logging.getLogger(__name__)
NOTE_SECONDS = 10
CALM_SECONDS = 1.0
PROBE_LEASE = timedelta(minutes=3)
BELIEF = timedelta(days=1)
OPEN = Breaker.State.OPEN
CAUSES = {
    Trouble.OUTAGE: "provider_outage",
    Trouble.REVOCATION: "provider_outage",
    Trouble.OPERATOR: "app_misconfigured",
    Trouble.GONE: "provider_retired",
}


# Until when (monotonic) this process takes a provider to be well without looking.
_calm_until: dict[str, float] = {}


class Pass(StrEnum):
    """How somebody was let through; ``faulty`` tells that a fault is to be cleared by success."""

    USUAL = "closed"
    FAULTY = "faulty"
    PROBE = "probe"


def admit(*, provider: str, now: datetime) -> Pass:
    """Let a talk with the provider begin; raises ``Held`` while its breaker is open.

    Once the rest is over, one talk at a time is let through as a probe.
    """
    note = _note(provider)
    if note != OPEN:
        return Pass(note)
    due = Q(probing_until=None) | Q(probing_until__lt=now)
    rows = Breaker.objects.filter(provider=provider, state=OPEN)
    if rows.filter(due, retry_at__lte=now).update(probing_until=now + PROBE_LEASE):
        return Pass.PROBE
    row = rows.first()
    if row is None:
        return Pass.USUAL
    raise held(row, now)


def held(row: Breaker, now: datetime) -> Held:
    """The failure of those who are not let through, or not believed."""
    again = row.retry_at if row.retry_at and row.retry_at > now else now + rest(0)
    return Held(f"held back: {row.detail}", retry_at=again, cause=CAUSES[Trouble(row.kind)])


def succeeded(*, provider: str, account: str, how: Pass, now: datetime) -> None:
    """Note a talk that went well; a good probe closes the breaker."""
    if how == Pass.PROBE:
        _passed(provider, now)
    else:
        outcomes_seen.served(provider, Outcome(word=Word.OK, account=account, at=now))
    if how == Pass.FAULTY:
        Breaker.objects.filter(provider=provider).update(fault_at=None, fault_detail="")
        _forget_note(provider)


def failed(
    *, provider: str, account: str, word: Word, detail: str, how: Pass, now: datetime
) -> Breaker | None:
    """Note a talk that failed; returns the breaker if it is open now."""
    if word == Word.OPERATOR:
        _remember_fault(provider, detail, now)
    if how == Pass.PROBE:
        return _probe_failed(provider, word, detail, now)
    seen = outcomes_seen.failed(provider, Outcome(word=word, account=account, at=now))
    trouble = tripped(seen.outcomes, seen.silence, now=now)
    if trouble is None or (trouble == Trouble.REVOCATION and _is_believed(provider, now)):
        return Breaker.objects.filter(provider=provider, state=OPEN).first()
    refused = trouble == Trouble.REVOCATION
    doubted = accounts_of(seen.outcomes, trouble, now=now) if refused else set()
    row = _open(provider, trouble, doubted, now)
    row.detail = detail[:300]
    row.vanished_since = now if word == Word.VANISHED else None
    row.save(update_fields=["detail", "vanished_since"])
    return row


def release(*, provider: str) -> None:
    """Let another talk probe: this one ended without saying anything about the provider."""
    Breaker.objects.filter(provider=provider).update(probing_until=None)


def reopen(*, provider: str, now: datetime) -> None:
    """Ask again from now on, as an operator wants it; nothing that was noted counts any more."""
    Breaker.objects.filter(provider=provider).update(
        state=Breaker.State.CLOSED, closed_at=now, vanished_since=None, fault_at=None
    )
    outcomes_seen.forget(provider)
    _forget_note(provider)


def believe(*, provider: str, now: datetime) -> None:
    """Take refused consents at their word for a day, as an operator wants it."""
    reopen(provider=provider, now=now)
    Breaker.objects.filter(provider=provider).update(believed_until=now + BELIEF, doubted=[])


def _is_believed(provider: str, now: datetime) -> bool:
    return Breaker.objects.filter(provider=provider, believed_until__gt=now).exists()


@transaction.atomic
def _open(provider: str, trouble: Trouble, doubted: Iterable[str], now: datetime) -> Breaker:
    Breaker.objects.get_or_create(provider=provider)
    row = Breaker.objects.select_for_update().get(provider=provider)
    if row.state != OPEN:
        row.state, row.kind, row.opened_at = OPEN, trouble, now
        row.retry_at, row.closed_at, row.probing_until = now + rest(0), None, None
        row.probes_failed = 0
        row.doubted = []
        log.error(
            "a provider has trouble with everybody",
            extra={"action": "breaker_opened", "provider": provider, "trouble": trouble},
        )
        tallies.count("breaker_opened", provider, trouble)
    row.doubted = sorted({*row.doubted, *(UUID(account) for account in doubted)})
    row.save()
    _take_back(row, now)
    transaction.on_commit(lambda: _spread(provider))
    return row


def _take_back(row: Breaker, now: datetime) -> None:
    """Let connections be active again that a storm told to reconnect before it was seen as one."""
    told = Connection.objects.filter(pk__in=row.doubted, connected_at__lte=now)
    told.filter(status=ConnectionStatus.NEEDS_RECONNECT).update(
        status=ConnectionStatus.ACTIVE, reason=""
    )


def _spread(provider: str) -> None:
    outcomes_seen.forget(provider)
    _forget_note(provider)


@transaction.atomic
def _passed(provider: str, now: datetime) -> None:
    row = Breaker.objects.select_for_update().filter(provider=provider, state=OPEN).first()
    if row is None:
        return
    row.probing_until = row.vanished_since = None
    row.state, row.closed_at = Breaker.State.CLOSED, now
    row.fault_at, row.fault_detail = None, ""
    log.info("a provider works again", extra={"action": "breaker_closed", "provider": provider})
    row.save()
    transaction.on_commit(lambda: _spread(provider))


@transaction.atomic
def _probe_failed(provider: str, word: Word, detail: str, now: datetime) -> Breaker | None:
    row = Breaker.objects.select_for_update().filter(provider=provider, state=OPEN).first()
    if row is None:
        return None
    row.probing_until = None
    row.probes_failed = min(row.probes_failed + 1, 1000)
    row.retry_at = now + rest(row.probes_failed)
    row.detail = detail[:300]
    row.vanished_since = (row.vanished_since or now) if word == Word.VANISHED else None
    if has_gone(row.vanished_since, now):
        row.kind = Trouble.GONE
    row.save()
    return row


def _remember_fault(provider: str, detail: str, now: datetime) -> None:
    Breaker.objects.get_or_create(provider=provider)
    Breaker.objects.filter(provider=provider).update(fault_at=now, fault_detail=detail[:300])
    _forget_note(provider)


def _note(provider: str) -> str:
    """``open``, ``faulty`` or ``closed``; a note is at most eleven seconds old."""
    if _calm_until.get(provider, 0.0) > time.monotonic():
        return Pass.USUAL
    try:
        known = door().ask(lambda redis: redis.get(_note_key(provider))) or _noted(provider)
    except RedisGone:
        return _truth(provider)
    if known == Pass.USUAL:
        _calm_until[provider] = time.monotonic() + CALM_SECONDS
    return str(known)


def _noted(provider: str) -> str:
    truth = _truth(provider)
    try:
        door().ask(lambda redis: redis.set(_note_key(provider), truth, nx=True, ex=NOTE_SECONDS))
    except RedisGone:
        return truth
    return truth


def _truth(provider: str) -> str:
    row = Breaker.objects.filter(provider=provider).only("state", "fault_at").first()
    if row is None:
        return Pass.USUAL
    return str(OPEN) if row.state == OPEN else (Pass.FAULTY if row.fault_at else Pass.USUAL)


def _forget_note(provider: str) -> None:
    _calm_until.pop(provider, None)
    try:
        door().ask(lambda redis: redis.delete(_note_key(provider)))
    except RedisGone:
        return


def _note_key(provider: str) -> str:
    return f"breaker:{provider}:note"
