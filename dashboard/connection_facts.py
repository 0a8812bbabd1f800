"""Gathers what is known of people's connections, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from dashboard.health import Facts, Phone, Tracker
from dashboard.provider_names import is_relay
from integrations.models import Connection, Device, Installation
from sync.models import Run
from users.models import User

LONG_AGO = datetime.min.replace(tzinfo=UTC)
OPEN = (Run.State.QUEUED, Run.State.RUNNING)
ENDED = (Run.State.DONE, Run.State.FAILED)


def facts_by_person(people: QuerySet[User] | Iterable[int]) -> dict[int, list[Facts]]:
    """Return the connections of ``people``, oldest first, by the person's id."""
    rows = list(_rows(people))
    last = {row.pk: getattr(row, "last_run", None) for row in rows}
    runs = Run.objects.in_bulk({pk for pk in last.values() if pk})
    found: dict[int, list[Facts]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(_facts(row, runs.get(last[row.pk])))
    return found


def _rows(people: QuerySet[User] | Iterable[int]) -> QuerySet[Connection]:
    runs = Run.objects.filter(connection=OuterRef("pk"))
    last = runs.filter(state__in=ENDED).order_by("-requested_at").values("pk")[:1]
    phones = Installation.objects.filter(revoked_at=None)
    return (
        Connection.objects.filter(person__in=people)
        .annotate(last_run=Subquery(last), syncing=Exists(runs.filter(state__in=OPEN)))
        .select_related("schedule")
        .prefetch_related("devices", Prefetch("installations", queryset=phones))
        .order_by("connected_at", "pk")
    )


def _facts(row: Connection, run: Run | None) -> Facts:
    schedule = getattr(row, "schedule", None)
    # What failed before the person connected anew says nothing about the connection of today.
    if run and run.requested_at < row.connected_at:
        run = None
    return Facts(
        provider=row.provider,
        is_relay=is_relay(row.provider),
        status=row.status,
        reason=row.reason,
        connected_at=row.connected_at,
        disconnected_at=row.disconnected_at,
        last_synced_at=row.last_synced_at,
        last_data_at=row.last_data_at,
        next_sync_at=schedule.next_sync_at if schedule else None,
        failed_cause=_failed_cause(run),
        last_run_at=run.finished_at if run else None,
        syncing=_is_syncing(row),
        phone=_phone(row.installations.all()),
        tracker=_tracker(row.devices.all()),
    )


def _failed_cause(run: Run | None) -> str | None:
    failed = run is not None and run.state == Run.State.FAILED
    return (run.cause or "our_error_retrying") if run and failed else None


def _is_syncing(row: Connection) -> bool:
    return bool(getattr(row, "syncing", False)) and row.status == "active"


def _phone(installations: Iterable[Installation]) -> Phone | None:
    newest = max(installations, key=lambda row: row.last_seen_at or LONG_AGO, default=None)
    if newest is None:
        return None
    return Phone(
        seen_at=newest.last_seen_at,
        status=newest.status if isinstance(newest.status, dict) else {},
        clock_skew_seconds=newest.clock_skew_seconds,
    )


def _tracker(devices: Iterable[Device]) -> Tracker | None:
    """The step counter that reached its cloud last; scales count no steps."""
    counting = [row for row in devices if row.kind != "scale"]
    newest = max(counting, key=lambda row: row.last_synced_at or LONG_AGO, default=None)
    if newest is None:
        return None
    return Tracker(name=newest.name, battery=newest.battery, synced_at=newest.last_synced_at)
