"""Our way through a provider's consent and to its days, step by step as the product walks it."""

from urllib.parse import parse_qsl, urlsplit

from integrations import calls, connections
from integrations.contract import FetchWindow
from integrations.registry import config_of, oauth_provider


def begin(person, slug, *, now):
    """The address where the person is asked."""
    return connections.begin_oauth(person=person, provider=slug, return_to="", now=now)[0]


def come_back(callback, slug, *, now):
    """The connection that the address the provider led back to makes."""
    back = dict(parse_qsl(urlsplit(callback).query))
    return connections.complete_oauth(
        provider_slug=slug,
        state=back.get("state", ""),
        code=back.get("code", ""),
        error=back.get("error", ""),
        scope=back.get("scope", ""),
        now=now,
    ).connection


def ask(connection, question, *, now):
    """Put a question with the connection's token."""
    return calls.ask(
        oauth_provider(connection.provider),
        config_of(connection.provider),
        connection_id=connection.pk,
        now=now,
        question=question,
    )


def fetch(connection, *, now, **window):
    """The days of a window."""
    provider, config = oauth_provider(connection.provider), config_of(connection.provider)
    scopes, wanted = frozenset(connection.granted_scopes), FetchWindow(**window)
    return ask(connection, lambda http: provider.fetch(http, config, wanted, scopes), now=now)
