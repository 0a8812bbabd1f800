"""Readiness names what is missing."""

import pytest
from django.core.cache import cache

from sync.tasks import heartbeat

pytestmark = pytest.mark.django_db


def test_alive(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_only_with_workers(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["workers"]) == (503, "no heartbeat yet")
    heartbeat()
    assert client.get("/readyz").json()["status"] == "ready"


def test_without_redis_it_is_not_ready(client, monkeypatch):
    def down(*_, **__):
        raise ConnectionError

    monkeypatch.setattr(cache, "set", down)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["redis"]) == (503, "ConnectionError")


def test_metrics_open_for_their_token_only(client, settings):
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "secret-token"
    assert client.get("/metrics").status_code == 404
    answer = client.get("/metrics", headers={"Authorization": "Bearer secret-token"})
    assert b"process_cpu_seconds_total" in answer.content
