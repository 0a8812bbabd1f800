"""Providers, connections, requests and runs as the API shows them."""

from typing import Any

from integrations import registry
from integrations.contract import Provider
from integrations.models import Connection, Device
from sync import progress
from sync.messages import message
from sync.models import Run, SyncRequest, SyncRequestLine
from users.instants import rfc3339, rfc3339_or_none


def provider(found: Provider) -> dict[str, Any]:
    """One provider with what it can do."""
    capabilities = found.capabilities
    return {
        "slug": found.slug,
        "name": found.name,
        "kind": found.kind.value,
        "status": registry.status_of(found.slug).value,
        "note": found.note,
        "capabilities": {
            "webhooks": capabilities.webhooks,
            "devices": capabilities.devices,
            "hourly": capabilities.hourly,
            "history_days": capabilities.history_days,
        },
    }


def connection(row: Connection) -> dict[str, Any]:
    """One connection with its devices."""
    schedule = getattr(row, "schedule", None)
    return {
        "id": str(row.pk),
        "provider": row.provider,
        "status": row.status,
        "reason": row.reason or None,
        "account_label": row.account_label,
        "connected_at": rfc3339(row.connected_at),
        "last_synced_at": rfc3339_or_none(row.last_synced_at),
        "last_data_at": rfc3339_or_none(row.last_data_at),
        "next_sync_at": rfc3339_or_none(schedule.next_sync_at) if schedule else None,
        "devices": [device(each) for each in row.devices.all()],
        "missing_permissions": list(row.missing_permissions),
    }


def device(row: Device) -> dict[str, Any]:
    """One tracker."""
    return {
        "name": row.name,
        "kind": row.kind,
        "battery": row.battery or None,
        "last_synced_at": rfc3339_or_none(row.last_synced_at),
    }


def sync_request(
    request: SyncRequest, lines: list[SyncRequestLine], steps_today: int | None
) -> dict[str, Any]:
    """A tap with one line per connection; ``finished_at`` once nothing is open any more."""
    status = progress.request_status(lines)
    ends = [line.run.finished_at for line in lines if line.run and line.run.finished_at]
    finished = None
    if status != progress.RequestStatus.RUNNING:
        finished = max([request.created_at, *ends])
    return {
        "id": str(request.pk),
        "status": status.value,
        "connections": [request_line(line, steps_today) for line in lines],
        "created_at": rfc3339(request.created_at),
        "finished_at": rfc3339_or_none(finished),
    }


def request_line(line: SyncRequestLine, steps_today: int | None) -> dict[str, Any]:
    """One connection of a tap; steps are the person's merged total of today, before and now."""
    name = registry.get(line.connection.provider).name
    run = line.run
    ended = run is not None and run.finished_at is not None
    return {
        "connection_id": str(line.connection_id),
        "provider": line.connection.provider,
        "outcome": line.outcome,
        "retry_at": rfc3339_or_none(line.retry_at),
        "message": message(line.outcome, name),
        "state": progress.line_state(line),
        "steps_before": line.steps_before,
        "steps_after": steps_today if ended else None,
        "changed_days": run.changed_days if run else [],
        "cause": (run.cause or None) if run else None,
    }


def run(row: Run) -> dict[str, Any]:
    """One attempt."""
    return {
        "id": str(row.pk),
        "requested_at": rfc3339(row.requested_at),
        "started_at": rfc3339_or_none(row.started_at),
        "finished_at": rfc3339_or_none(row.finished_at),
        "trigger": row.trigger,
        "result": row.state,
        "cause": row.cause or None,
        "days_changed": row.days_changed,
    }
