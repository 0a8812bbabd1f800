"""The inbox: notices are stored once, claimed by one worker at a time, and end done or dead."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import F, Q, QuerySet

from integrations.abilities import Notice, NoticeKind
from integrations.models import Connection, ConnectionStatus
from sync import schedule
from sync.webhooks.models import WebhookNotice

# A burst of notices becomes one reading: the first waits this long for the others.
GATHERING = timedelta(seconds=2)
CLAIM_LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 6
# Providers repeat what was not answered for up to a week; until then a number is remembered.
KEEP_DONE = timedelta(days=9)
KEEP_HINTS = timedelta(days=1)
KEEP_DEAD = timedelta(days=90)
LONGEST_ACCOUNT_ID = 120
STATEMENTS = frozenset({NoticeKind.DELIVERED, NoticeKind.COLLECT})
State = WebhookNotice.State


class Outcome:
    """What became of a notice on its way in, as counted by ``sync.webhooks.metrics``."""

    STORED = "stored"
    REPEATED = "repeated"
    UNKNOWN_ACCOUNT = "unknown_account"


def store(*, provider: str, notices: Sequence[Notice], now: datetime) -> Counter[tuple[str, str]]:
    """Keep the notices about accounts that are connected; returns how many by (kind, outcome).

    Durable when it returns, unless the caller has a transaction open.
    """
    connections = _connections_of(provider, {notice.account_id for notice in notices})
    known = [notice for notice in notices if notice.account_id in connections]
    rows = [_row(notice, connections[notice.account_id], now) for notice in known]
    before = _seen(rows)
    WebhookNotice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    counted: Counter[tuple[str, str]] = Counter()
    for notice in notices:
        if notice.account_id not in connections:
            counted[notice.kind, Outcome.UNKNOWN_ACCOUNT] += 1
    for row in rows:
        repeated = (row.connection_id, row.digest) in before
        counted[row.kind, Outcome.REPEATED if repeated else Outcome.STORED] += 1
        before.add((row.connection_id, row.digest))
    return counted


def _connections_of(provider: str, account_ids: set[str]) -> dict[str, UUID]:
    """The living connection of each account; at most one has an account at a time."""
    possible = [each for each in account_ids if _is_possible(each)]
    rows = Connection.objects.filter(provider=provider, account_id__in=possible)
    living = rows.exclude(status=ConnectionStatus.DISCONNECTED)
    return dict(living.values_list("account_id", "pk"))


def _is_possible(account_id: str) -> bool:
    """Whether it could be an account's id at all; PostgreSQL takes no NUL and no surrogates."""
    return 0 < len(account_id) <= LONGEST_ACCOUNT_ID and account_id.isprintable()


def _row(notice: Notice, connection_id: UUID, now: datetime) -> WebhookNotice:
    return WebhookNotice(
        connection_id=connection_id,
        kind=notice.kind.value,
        digest=_digest(notice),
        keyed=bool(notice.key) or notice.kind in STATEMENTS,
        first=notice.first,
        last=notice.last,
        payload=msgspec.json.encode(notice.payload),
        received_at=now,
        due_at=now + GATHERING,
    )


def _digest(notice: Notice) -> str:
    said: Any = notice.key or [notice.first, notice.last, notice.payload]
    told = msgspec.json.encode([notice.kind.value, bool(notice.key), said], order="sorted")
    return sha256(told).hexdigest()


def _seen(rows: Iterable[WebhookNotice]) -> set[tuple[UUID, str]]:
    """Which of the rows are there already; for counting only, the constraint decides."""
    rows = list(rows)
    stored = WebhookNotice.objects.filter(
        Q(keyed=True) | Q(state=State.WAITING),
        connection__in={row.connection_id for row in rows},
        digest__in={row.digest for row in rows},
    )
    return set(stored.values_list("connection_id", "digest"))


@transaction.atomic
def claim(*, now: datetime, limit: int) -> list[WebhookNotice]:
    """Take up to ``limit`` due notices, oldest first; rows somebody else holds are passed over.

    What has been taken too often without an end, by workers that died of it, is given up on.
    """
    due = WebhookNotice.objects.filter(state=State.WAITING, due_at__lte=now).order_by("due_at")
    rows = list(due.select_for_update(skip_locked=True)[:limit])
    fatal = [row.pk for row in rows if row.attempts >= MOST_ATTEMPTS]
    taken = [row for row in rows if row.attempts < MOST_ATTEMPTS]
    _rows(fatal).update(state=State.DEAD, finished_at=now, reason="no attempt came to an end")
    _rows([row.pk for row in taken]).update(attempts=F("attempts") + 1, due_at=now + CLAIM_LEASE)
    for row in taken:
        row.attempts += 1
    return taken


def _rows(pks: list[int]) -> QuerySet[WebhookNotice]:
    return WebhookNotice.objects.filter(pk__in=pks)


def mine(notice_id: int, attempt: int) -> QuerySet[WebhookNotice]:
    """The notice, as long as nobody else has claimed it since ``attempt``."""
    return WebhookNotice.objects.filter(pk=notice_id, state=State.WAITING, attempts=attempt)


def close(notices: Iterable[WebhookNotice], *, now: datetime, reason: str = "") -> None:
    """Mark as done (in the caller's transaction); what a payload said is kept no longer."""
    _rows([each.pk for each in notices]).update(
        state=State.DONE, finished_at=now, reason=reason[:300], payload=b"{}"
    )


def keep_unread(notice: WebhookNotice, payload: Mapping[str, Any]) -> None:
    """Leave of the notice what could not be read (in the caller's transaction); the rest is taken.

    Readings that were fetched are kept with it from now on and not fetched again.
    """
    notice.kind = NoticeKind.DELIVERED
    mine(notice.pk, notice.attempts).update(kind=notice.kind, payload=msgspec.json.encode(payload))


def give_up(notice: WebhookNotice, *, reason: str, now: datetime) -> None:
    """Leave the notice to the operators, with its payload."""
    mine(notice.pk, notice.attempts).update(state=State.DEAD, finished_at=now, reason=reason[:300])


def put_off(
    notice: WebhookNotice, *, reason: str, not_before: datetime | None, chance: float, now: datetime
) -> bool:
    """Try again later, or give up after the last attempt; says whether it gave up.

    ``chance`` in [0, 1) spreads what failed together.
    """
    if notice.attempts >= MOST_ATTEMPTS:
        give_up(notice, reason=reason, now=now)
        return True
    longest = schedule.LONGEST_BACKOFF
    due = schedule.retry_after_failure(now, notice.attempts, longest, chance)
    due = max(due, not_before or due)
    mine(notice.pk, notice.attempts).update(due_at=due, reason=reason[:300])
    return False


def postpone(notice: WebhookNotice, *, until: datetime) -> None:
    """Leave it for later without counting an attempt: the provider was not even asked."""
    mine(notice.pk, notice.attempts).update(due_at=until, attempts=F("attempts") - 1)


def said(notice: WebhookNotice) -> dict[str, Any]:
    """The payload."""
    return msgspec.json.decode(bytes(notice.payload), type=dict[str, Any])


def dead() -> QuerySet[WebhookNotice]:
    """What was given up on, oldest first."""
    rows = WebhookNotice.objects.filter(state=State.DEAD).select_related("connection")
    return rows.order_by("received_at")


def revive(notices: QuerySet[WebhookNotice], *, now: datetime) -> int:
    """Let dead notices be tried again from the start; returns how many.

    One that has come again in the meantime needs no second life and stays.
    """
    revived = 0
    for pk in list(notices.filter(state=State.DEAD).values_list("pk", flat=True)):
        revived += _revive(pk, now)
    return revived


def _revive(pk: int, now: datetime) -> int:
    row = WebhookNotice.objects.filter(pk=pk, state=State.DEAD)
    again = WebhookNotice.objects.filter(
        connection__in=row.values("connection"), digest__in=row.values("digest"), state="waiting"
    )
    if again.exists():
        return 0
    return row.update(state=State.WAITING, attempts=0, due_at=now, finished_at=None)


def drop_old(*, now: datetime) -> int:
    """Forget what was done or given up long ago; returns how many."""
    done = Q(state=State.DONE, finished_at__lt=now - KEEP_DONE)
    hints = Q(state=State.DONE, keyed=False, finished_at__lt=now - KEEP_HINTS)
    given_up = Q(state=State.DEAD, received_at__lt=now - KEEP_DEAD)
    deleted, _ = WebhookNotice.objects.filter(done | hints | given_up).delete()
    return deleted
