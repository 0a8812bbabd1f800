"""Providers, connections, requests and runs as the API shows them."""

from typing import Any

from integrations import grades, registry
from integrations.contract import Provider, ProviderKind, ProviderStatus
from integrations.models import Connection, ConnectionStatus, Device, Installation
from integrations.phone_permission import Permission, permission_of
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
        "successor": found.successor or None,
        "grade": grades.grade_of(found.slug).value,
        "capabilities": {
            "webhooks": capabilities.webhooks,
            "devices": capabilities.devices,
            "hourly": capabilities.hourly,
            "history_days": capabilities.history_days,
            "polls": capabilities.polls,
        },
    }


def connection(row: Connection) -> dict[str, Any]:
    """One connection with its devices."""
    schedule = getattr(row, "schedule", None)
    paused = row.status == ConnectionStatus.ACTIVE and _is_disabled(row.provider)
    due = schedule.next_sync_at if schedule and not paused else None
    return {
        "id": str(row.pk),
        "provider": row.provider,
        "status": row.status,
        "reason": "provider_disabled_by_admin" if paused else row.reason or None,
        "account_label": row.account_label,
        "connected_at": rfc3339(row.connected_at),
        "last_synced_at": rfc3339_or_none(row.last_synced_at),
        "last_data_at": rfc3339_or_none(row.last_data_at),
        "next_sync_at": rfc3339_or_none(due),
        "devices": [device(each) for each in row.devices.all()],
        "missing_permissions": [*row.missing_permissions, *_refused_on_phones(row)],
        "notices": _notices(row),
    }


def _is_disabled(slug: str) -> bool:
    """Whether the operator has switched the provider off; a folder that is gone is off, too."""
    try:
        return registry.status_of(slug) == ProviderStatus.DISABLED
    except registry.UnknownProvider:
        return True


def _notices(row: Connection) -> list[dict[str, Any]]:
    """What the person should know although the connection works."""
    if row.contested_at is None:
        return []
    return [
        {
            "code": "account_claimed_by_another",
            "at": rfc3339(row.contested_at),
            "title": "Somebody else tried to connect this account",
            "remedy": (
                "It stays with you. If you use it together, only one of you can take part with it. "
                "To hand it over, disconnect it here; to keep it and end this notice, reconnect it."
            ),
        }
    ]


def _refused_on_phones(row: Connection) -> list[str]:
    """``steps`` where every phone says for certain that it may not read them."""
    found = [permission(each) for each in row.installations.all() if each.revoked_at is None]
    return ["steps"] if found and set(found) == {Permission.REFUSED} else []


def permission(row: Installation) -> Permission:
    """Where a phone's permission to read steps stands."""
    provider = registry.get(row.connection.provider)
    tells = provider.kind == ProviderKind.RELAY and getattr(provider, "tells_permission", False)
    return permission_of(row.status, tells=tells)


def installation(row: Installation) -> dict[str, Any]:
    """One phone of a connection."""
    return {
        "id": str(row.pk),
        "platform": row.platform,
        "model": row.model,
        "os_version": row.os_version,
        "app_version": row.app_version,
        "connected_at": rfc3339(row.created_at),
        "last_seen_at": rfc3339_or_none(row.last_seen_at),
        "permission": permission(row).value,
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
