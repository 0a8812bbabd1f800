"""Readiness names what is missing."""

import pytest
from django.core.cache import cache

from config.cache import ForgetfulRedisCache
from sync.tasks import heartbeat

pytestmark = pytest.mark.django_db


def test_alive(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_only_with_workers(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["workers"]) == (503, "no heartbeat yet")
    heartbeat()
    assert client.get("/readyz").json()["status"] == "ready"


def test_without_redis_it_is_not_ready(client, settings):
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["redis"]) == (503, "ConnectionError")


def test_without_redis_people_still_sign_in_and_read(api, alice, monkeypatch):
    nowhere = ForgetfulRedisCache("redis://127.0.0.1:1/0", {})
    for name in ("add", "get", "set", "touch", "delete", "get_many", "incr"):
        monkeypatch.setattr(cache, name, getattr(nowhere, name))
    assert api(alice).get("/api/v1/me").status_code == 200
    assert api(alice).get("/api/v1/steps").status_code == 200


def test_metrics_open_for_their_token_only(client, settings):
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "secret-token"
    assert client.get("/metrics").status_code == 404
    answer = client.get("/metrics", headers={"Authorization": "Bearer secret-token"})
    assert b"process_cpu_seconds_total" in answer.content
