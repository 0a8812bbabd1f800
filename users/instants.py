"""Instants as the API writes them."""

from datetime import UTC, datetime


def rfc3339(instant: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC with whole seconds: ``2026-11-20T10:00:05Z``."""
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def rfc3339_or_none(instant: datetime | None) -> str | None:
    """Write an instant, or None for one that has not happened."""
    return None if instant is None else rfc3339(instant)
