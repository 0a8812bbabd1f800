"""The OpenAPI document is generated, valid and names every address that phones use."""

import pytest
from drf_spectacular.validation import validate_schema

pytestmark = pytest.mark.django_db

PROMISED = {
    "/api/v1/me",
    "/api/v1/me/export",
    "/api/v1/me/export/{export_id}",
    "/api/v1/providers",
    "/api/v1/connections",
    "/api/v1/connections/{connection_id}/disconnect",
    "/api/v1/connections/{connection_id}/reconnect",
    "/api/v1/connections/{connection_id}/syncs",
    "/api/v1/relay/uploads",
    "/api/v1/relay/plan",
    "/api/v1/relay/status",
    "/api/v1/steps",
    "/api/v1/steps/{day}",
    "/api/v1/sources",
    "/api/v1/sources/order",
    "/api/v1/sync-requests",
    "/api/v1/sync-requests/{request_id}",
    "/api/v1/challenges",
    "/api/v1/challenges/{challenge_id}",
    "/api/v1/challenges/{challenge_id}/join",
    "/api/v1/challenges/{challenge_id}/leave",
    "/api/v1/challenges/{challenge_id}/sync",
    "/api/v1/challenges/{challenge_id}/leaderboard",
    "/api/v1/challenges/{challenge_id}/progress",
    "/api/v1/challenges/{challenge_id}/teams",
    "/api/v1/challenges/{challenge_id}/teams/{team_id}/invite",
    "/api/v1/challenges/{challenge_id}/rounds",
    "/api/v1/challenges/{challenge_id}/result",
    "/api/v1/activities",
    "/api/v1/activities/{activity_id}",
}


def test_the_document_is_valid_and_complete(client, recwarn):
    document = client.get("/api/schema", headers={"Accept": "application/json"}).json()
    validate_schema(document)
    assert set(document["paths"]) >= PROMISED
    assert document["info"]["title"] == "Stepwell API"


def test_the_docs_open_in_a_browser_without_the_internet(client):
    page = client.get("/api/docs").content.decode()
    assert "swagger" in page
    assert "https://" not in page.replace("https://swagger.io", "")
