"""Keeps, per person, how current our knowledge is (read by boards and the dashboard)."""

from collections.abc import Collection
from datetime import datetime

from steps.models import Freshness
from users import binary

_CONFIRM = """
    INSERT INTO steps_freshness (person_id, confirmed_at, broken_since) VALUES (%s, %s, NULL)
    ON CONFLICT (person_id) DO UPDATE SET
        confirmed_at = excluded.confirmed_at, broken_since = excluded.broken_since
"""


def confirm(*, person_id: int, at: datetime) -> None:
    """Remember that a source told us how things stand, changed or not."""
    binary.run(_CONFIRM, [person_id, at])


def mark_broken(*, person_id: int, since: datetime) -> None:
    """Remember that none of the person's connections works any more."""
    fresh, created = Freshness.objects.get_or_create(
        person_id=person_id, defaults={"broken_since": since}
    )
    if not created and fresh.broken_since is None:
        fresh.broken_since = since
        fresh.save(update_fields=["broken_since"])


def mark_all_broken(*, person_ids: Collection[int], since: datetime) -> None:
    """Remember it of many people at once."""
    Freshness.objects.bulk_create(
        [Freshness(person_id=each, broken_since=since) for each in sorted(person_ids)],
        ignore_conflicts=True,
    )
    Freshness.objects.filter(person__in=person_ids, broken_since=None).update(broken_since=since)


def mark_working(*, person_id: int) -> None:
    """Remember that at least one connection works again."""
    Freshness.objects.filter(person_id=person_id).update(broken_since=None)
