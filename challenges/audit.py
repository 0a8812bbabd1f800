"""The trail of who changed what about a challenge."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from challenges.models import AuditEntry, Challenge
from users.models import Organization, User


def note(
    challenge: Challenge,
    action: str,
    *,
    actor: User | None,
    now: datetime,
    subject: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write an entry in the transaction of the change; ``actor`` None is Stepwell itself."""
    return AuditEntry.objects.create(
        organization_id=challenge.organization_id,
        challenge=challenge,
        at=now,
        actor=actor,
        action=action,
        subject=subject[:120],
        before=_plain(before),
        after=_plain(after),
        reason=reason.strip()[:500],
    )


def trail(challenge: Challenge) -> QuerySet[AuditEntry]:
    """Return everything that was done with a challenge, newest first."""
    return _newest_first(AuditEntry.objects.filter(challenge=challenge))


def whole_trail(organization: Organization) -> QuerySet[AuditEntry]:
    """Return what was done with all challenges, also with drafts that were deleted since."""
    return _newest_first(AuditEntry.objects.filter(organization=organization))


def _newest_first(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    return entries.select_related("actor", "challenge").order_by("-at", "-pk")


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Write dates as text, as JSON has none."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in (values or {}).items()
    }
