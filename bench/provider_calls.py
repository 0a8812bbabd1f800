"""The calls of a poll as bytes, found out by listening to the provider's own folder."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from bench import load
from bench.people import now
from integrations import registry
from integrations.contract import FetchWindow, OAuthProvider
from integrations.http import HttpClient
from integrations.models import Connection, Credential
from sync import windows
from sync.windows import Asked


def calls_of_a_poll(connections: Sequence[Connection]) -> list[bytes]:
    """Return what is asked of the provider when these connections of one provider are polled."""
    tokens = dict(
        Credential.objects.filter(connection__in=connections).values_list(
            "connection_id", "access_token"
        )
    )
    slug = connections[0].provider
    provider, config = registry.oauth_provider(slug), registry.config_of(slug)
    listener = _Listener(provider.api_url(config))
    for connection in connections:
        listener.token = tokens[connection.pk]
        scopes = frozenset(connection.granted_scopes)
        window = _window(connection, provider, now())
        provider.fetch(cast(HttpClient, listener), config, window, scopes)
    return listener.requests


def _window(connection: Connection, provider: OAuthProvider, moment: datetime) -> FetchWindow:
    return windows.window(
        now=moment,
        zone=connection.person.zone,
        asked=Asked(steps_at=moment, devices_at=moment, zone_at=moment),
        needed_from=None,
        history_days=provider.capabilities.history_days,
        hourly=provider.capabilities.hourly,
    )


class _Listener:
    """Stands where the folder expects its HTTP client, notes what is asked, answers nothing."""

    def __init__(self, base: str) -> None:
        self._prefix = base.partition("://")[2].partition("/")[2]
        self.token = ""
        self.requests: list[bytes] = []

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Note a GET."""
        query = f"?{urlencode(params)}" if params else ""
        self.requests.append(load.get(f"/{self._prefix}{path}{query}", self.token))
        return {}

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Note a POST."""
        content = json.dumps(body).encode()
        self.requests.append(load.post(f"/{self._prefix}{path}", self.token, content))
        return {}
