"""Reads of connections, requests and runs, always within one person."""

import uuid

from django.db.models import QuerySet

from integrations.models import Connection
from sync.models import Run, SyncRequest, SyncRequestLine
from users.models import User


def connections_of(person: User) -> QuerySet[Connection]:
    """Return the person's connections with devices and due times, oldest first."""
    return (
        Connection.objects.filter(person=person)
        .select_related("schedule")
        .prefetch_related("devices", "installations__connection")
        .order_by("connected_at", "pk")
    )


def lines_of(request: SyncRequest) -> list[SyncRequestLine]:
    """Return the lines of a tap with their connections and runs."""
    return list(request.lines.select_related("connection", "run").order_by("pk"))


def request_of(person: User, request_id: uuid.UUID) -> SyncRequest | None:
    """Return the person's own tap, or None."""
    return SyncRequest.objects.filter(person=person, pk=request_id).first()


def runs_of(connection: Connection) -> QuerySet[Run]:
    """Return the attempts of the last 90 days, newest first."""
    return Run.objects.filter(connection=connection).order_by("-requested_at", "-pk")
