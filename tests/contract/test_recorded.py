"""Recorded answers are played back over HTTP and have to mean what their file says."""

import json
from datetime import UTC, date, datetime

import pytest

from integrations import calls, errors, registry
from integrations.contract import FetchWindow
from tests.contract.folders import fixtures_of
from tests.integrations.stand_in import Answer, StandIn

RECORDED = [
    pytest.param(item.slug, path, id=f"{item.slug}-{path.stem}")
    for item in registry.all_providers()
    for path in fixtures_of(item)
]
MINE = {
    "says", "source", "window", "scopes", "calls", "payload", "settings",
    "days", "hours", "devices", "timezone", "failure", "cause", "manual", "unreadable",
}  # fmt: skip


@pytest.fixture
def stand_in():
    server = StandIn()
    yield server
    server.close()


def instant(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def routes(recorded):
    """The answers by path, in the order they were recorded."""
    found = {}
    for call in recorded:
        body = call.get("body", b"")
        answer = Answer(
            call.get("status", 200),
            body.encode() if isinstance(body, str) else body,
            call.get("headers", {}),
        )
        found.setdefault(call["path"], []).append(answer)
    return found


def window(says):
    asked = says["window"]
    return FetchWindow(
        first=date.fromisoformat(asked["first"]),
        last=date.fromisoformat(asked["last"]),
        hours_from=instant(asked["hours_from"]) if "hours_from" in asked else None,
        hours_to=instant(asked["hours_to"]) if "hours_to" in asked else None,
    )


def played(slug, says, stand_in, settings):
    """What the provider makes of the recorded answers, or of the recorded push."""
    provider = registry.get(slug)
    if "payload" in says:
        return provider.delivered(says["payload"])
    name = slug.replace("-", "").replace("_", "")
    settings.PROVIDERS = {
        name: {"client_id": "c", "client_secret": "s", "api_url": stand_in.url}
        | says.get("settings", {})
    }
    stand_in.routes = routes(says["calls"])
    config = registry.config_of(slug)
    http = calls.client_for(
        provider, config, access_token="made-up", now=datetime(2026, 11, 20, 12, tzinfo=UTC)
    )
    fetched = provider.fetch(http, config, window(says), frozenset(says.get("scopes", ())))
    methods = {(call["path"], call.get("method", "GET")) for call in says["calls"]}
    assert {(request.path, request.method) for request in stand_in.asked} == methods
    return fetched


@pytest.mark.parametrize(("slug", "path"), RECORDED)
def test_a_recorded_answer_means_what_its_file_says(slug, path, stand_in, settings):
    says = json.loads(path.read_text())
    assert set(says) <= MINE
    if "failure" in says:
        with pytest.raises(getattr(errors, says["failure"])) as caught:
            played(slug, says, stand_in, settings)
        assert caught.value.cause == says["cause"]
        return
    fetched = played(slug, says, stand_in, settings)
    assert {each.date.isoformat(): each.steps for each in fetched.days} == says["days"]
    if "manual" in says:
        typed = {each.date.isoformat(): each.manual_steps for each in fetched.days}
        assert typed == says["manual"]
    if "hours" in says:
        hours = {instant(start): steps for start, steps in says["hours"].items()}
        assert {each.start: each.steps for each in fetched.hours} == hours
    if "devices" in says:
        assert [each.name for each in fetched.devices or ()] == says["devices"]
    left = fetched.unreadable.why if fetched.unreadable else ""
    assert left == says.get("unreadable", "")
    if "timezone" in says:
        assert fetched.timezone == says["timezone"]
