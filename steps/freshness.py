"""Keeps, per person, how current our knowledge is (read by boards and the dashboard)."""

from datetime import datetime

from steps.models import Freshness


def confirm(*, person_id: int, at: datetime) -> None:
    """Remember that a source told us how things stand, changed or not."""
    Freshness.objects.bulk_create(
        [Freshness(person_id=person_id, confirmed_at=at, broken_since=None)],
        update_conflicts=True,
        unique_fields=["person"],
        update_fields=["confirmed_at", "broken_since"],
    )


def mark_broken(*, person_id: int, since: datetime) -> None:
    """Remember that none of the person's connections works any more."""
    fresh, created = Freshness.objects.get_or_create(
        person_id=person_id, defaults={"broken_since": since}
    )
    if not created and fresh.broken_since is None:
        fresh.broken_since = since
        fresh.save(update_fields=["broken_since"])


def mark_working(*, person_id: int) -> None:
    """Remember that at least one connection works again."""
    Freshness.objects.filter(person_id=person_id).update(broken_since=None)
