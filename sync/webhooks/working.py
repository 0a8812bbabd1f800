"""Works through the inbox. What fails is tried again later and never holds up the others."""

import logging
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations import registry
from integrations.abilities import NoticeKind
from integrations.errors import (
    BadPayload,
    Held,
    NeedsReconnect,
    OutOfBudget,
    ProviderFailure,
    RateLimited,
)
from sync import dispatch
from sync.belief import TIMES_TO_SAY
from sync.webhooks import hints, inbox, metrics, standing, statements
from sync.webhooks.models import WebhookNotice

log = logging.getLogger(__name__)
_WORK: dict[str, Callable[..., None]] = {
    NoticeKind.DELIVERED: statements.take,
    NoticeKind.COLLECT: statements.take,
    NoticeKind.REVOKED: standing.revoked,
    NoticeKind.PERMISSIONS: standing.permissions,
}


def work_through(*, now: datetime, limit: int) -> int:
    """Claim due notices: hints are followed at once, the rest goes to workers one by one."""
    claimed = inbox.claim(now=now, limit=limit)
    by_connection: dict[UUID, list[WebhookNotice]] = defaultdict(list)
    for notice in claimed:
        if notice.kind == NoticeKind.CHANGED:
            by_connection[notice.connection_id].append(notice)
        else:
            dispatch.wake_notice(notice_id=notice.pk, attempt=notice.attempts)
    for connection_id, notices in by_connection.items():
        _follow(connection_id, notices, now)
    return len(claimed)


def _follow(connection_id: UUID, notices: list[WebhookNotice], now: datetime) -> None:
    try:
        hints.follow(connection_id=connection_id, notices=notices, now=now)
    except Exception as error:  # noqa: BLE001 - logged; the other connections come all the same
        for notice in notices:
            _put_off(notice, error, now)


def handle(*, notice_id: int, attempt: int, clock: Callable[[], datetime]) -> bool:
    """Carry out what one claimed notice asks for; False when somebody else has it by now."""
    rows = inbox.mine(notice_id, attempt).select_related("connection__person")
    notice = rows.first()
    if notice is None:
        return False
    try:
        _WORK[notice.kind](notice, now=clock())
    except ProviderFailure as failure:
        _after_failure(notice, failure, clock())
    except Exception as error:  # noqa: BLE001 - logged with its traceback; the notice stays
        _put_off(notice, error, clock())
    return True


def _after_failure(notice: WebhookNotice, failure: ProviderFailure, now: datetime) -> None:
    """The provider's answer decides: the person's to mend, never to mend, or to be tried again."""
    reason = f"{failure.cause}: {failure.detail}"
    if isinstance(failure, Held | OutOfBudget) and failure.retry_at is not None:
        inbox.postpone(notice, until=failure.retry_at)
    elif isinstance(failure, NeedsReconnect) and failure.cause not in TIMES_TO_SAY:
        _needs_reconnect(notice, failure, reason, now)
    elif isinstance(failure, BadPayload) and notice.kind == NoticeKind.DELIVERED:
        unread = f"unreadable: {failure.detail}"
        inbox.give_up(notice, reason=unread, now=now)
        _gave_up(notice, unread, now)
    else:
        not_before = failure.retry_at if isinstance(failure, RateLimited) else None
        _again_later(notice, reason, now, not_before=not_before)


@transaction.atomic
def _needs_reconnect(
    notice: WebhookNotice, failure: NeedsReconnect, reason: str, now: datetime
) -> None:
    standing.stop(notice.connection, cause=failure.cause, began=notice.received_at, now=now)
    inbox.close([notice], now=now, reason=reason)


def _put_off(notice: WebhookNotice, error: Exception, now: datetime) -> None:
    log.error("webhook crashed", exc_info=error, extra=_named(notice, "webhook_crashed"))
    _again_later(notice, type(error).__name__, now)


def _again_later(
    notice: WebhookNotice, reason: str, now: datetime, *, not_before: datetime | None = None
) -> None:
    chance = random.random()  # noqa: S311 - jitter, no secret
    if inbox.put_off(notice, reason=reason, not_before=not_before, chance=chance, now=now):
        _gave_up(notice, reason, now)


def _gave_up(notice: WebhookNotice, reason: str, now: datetime) -> None:
    """Tell the operators; readings that could not be taken in are asked for instead."""
    metrics.noticed(_provider_of(notice), notice.kind, "dead")
    log.error("webhook given up", extra=_named(notice, "operator_alarm") | {"reason": reason})
    is_statement = NoticeKind(notice.kind) in inbox.STATEMENTS
    if is_statement and registry.get(_provider_of(notice)).capabilities.polls:
        hints.read_instead(notice, now=now)


def _provider_of(notice: WebhookNotice) -> str:
    return notice.connection.provider


def _named(notice: WebhookNotice, action: str) -> dict[str, object]:
    return {"action": action, "notice": notice.pk, "connection": notice.connection_id}
