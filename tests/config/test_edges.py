"""Whatever is thrown at the API, the answer is a problem document and never HTML or a 500."""

import json

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from config.body_limit import BodyLimitMiddleware
from config.problems import ProblemMiddleware

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


def assert_problem(answer, status, code=None):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    body = answer.json()
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert body["status"] == status
    assert code is None or body["code"] == code


def test_unknown_addresses_under_the_api(client):
    assert_problem(client.get("/api/v1/nothing"), 404, "not_found")


def test_no_token_and_a_wrong_one(client):
    answer = client.get("/api/v1/me")
    assert_problem(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    for token in ("nonsense", "a.b.c", "\u00e4"):
        headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
        assert_problem(client.get("/api/v1/me", headers=headers), 401)


@pytest.mark.parametrize("body", ["{", "[]", "null", '"x"', "\x00", '{"provider": 5}', "[" * 5000])
def test_broken_json_is_a_400(api, alice, body):
    answer = api(alice).post("/api/v1/connections", body, content_type="application/json")
    assert_problem(answer, 400)


def test_a_form_body_is_a_415(api, alice):
    answer = api(alice).post("/api/v1/connections", {"provider": "fitbit"}, format="multipart")
    assert_problem(answer, 415, "unsupported_media_type")


def test_a_wrong_method_is_a_405(api, alice):
    assert_problem(api(alice).delete("/api/v1/steps"), 405, "method_not_allowed")


def test_field_errors_are_named(api, alice):
    answer = api(alice).patch("/api/v1/me", {"timezone": "Mars/Olympus"}, format="json")
    assert_problem(answer, 400, "invalid")
    assert "timezone" in answer.json()["errors"]


@pytest.mark.parametrize(
    "query",
    [
        "from=x",
        "from=2026-11-20&to=2026-11-01",
        "from=0001-01-01",
        "to=9999-12-31",
        "from=2020-01-01&to=2026-01-01",
    ],
)
def test_bad_ranges_are_named(api, alice, query):
    assert_problem(api(alice).get(f"/api/v1/steps?{query}"), 400, "invalid")


def test_a_bad_cursor_is_named(api, alice):
    row = api(alice).post("/api/v1/connections", {"provider": "healthkit"}, format="json").json()
    address = f"/api/v1/connections/{row['connection']['id']}/syncs"
    for cursor in ("!!", "abc", "cC0x", "cDk5OTk5OTk5OTk5"):
        assert_problem(api(alice).get(f"{address}?cursor={cursor}"), 400, "invalid")


def test_return_to_must_be_allowed(api, alice, settings):
    settings.PROVIDERS = {"fitbit": {"client_id": "x", "client_secret": "y"}}
    settings.RETURN_TO_ALLOWED = ["https://app.example/back/", "stepwell://"]
    post = api(alice).post
    for wanted in (
        "https://evil.example/",
        "https://app.example.evil.example/back/",
        "https://app.example@evil.example/back/",
        "https://app.example/other",
        "javascript:alert(1)",
        "//evil.example",
        "http://[bad",
    ):
        body = {"provider": "fitbit", "return_to": wanted}
        assert_problem(post("/api/v1/connections", body, format="json"), 400, "invalid")
    for wanted in ("https://app.example/back/home?x=1", "stepwell://connected"):
        body = {"provider": "fitbit", "return_to": wanted}
        assert post("/api/v1/connections", body, format="json").status_code == 200


def test_a_provider_without_credentials_is_disabled(api, alice, settings):
    settings.PROVIDERS = {}
    answer = api(alice).post("/api/v1/connections", {"provider": "fitbit"}, format="json")
    assert_problem(answer, 409, "provider_disabled")
    listed = {p["slug"]: p["status"] for p in api(alice).get("/api/v1/providers").json()["results"]}
    assert listed["fitbit"] == "disabled"
    assert listed["healthkit"] == "available"


def test_a_large_body_is_refused_before_it_is_read():
    request = RequestFactory().post(
        "/api/v1/connections", b"x" * 2_000_000, content_type="application/json"
    )
    reached = []
    answer = BodyLimitMiddleware(reached.append)(request)
    assert reached == []
    assert answer.status_code == 413
    assert json.loads(answer.content)["code"] == "too_large"


def test_a_crash_is_told_as_a_problem_and_nothing_more(client, settings, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("users.api.MeView.get", lambda *_: 1 / 0)
    monkeypatch.setattr("rest_framework.views.APIView.perform_authentication", lambda *_: None)
    monkeypatch.setattr("rest_framework.views.APIView.check_permissions", lambda *_: None)
    answer = client.get("/api/v1/me")
    assert_problem(answer, 500, "internal_error")
    assert "ZeroDivision" not in answer.content.decode()


def test_the_sign_in_api_keeps_its_members_and_gains_the_problems(client):
    answer = client.post(
        "/_allauth/app/v1/auth/login",
        {"email": "no@body.example", "password": "wrong"},
        content_type="application/json",
    )
    assert_problem(answer, 400)
    assert answer.json()["errors"][0]["code"] == "email_password_mismatch"
    for body in ("{", "[" * 100_000, '{"x": ' + "9" * 5000 + "}"):
        answer = client.post("/_allauth/app/v1/auth/login", body, content_type="application/json")
        assert_problem(answer, 400)


def test_pages_outside_the_api_keep_their_own_errors():
    page = HttpResponse("x", status=404)
    answer = ProblemMiddleware(lambda _: page)(RequestFactory().get("/dashboard/nothing"))
    assert answer.content == b"x"


def test_without_the_database_phones_are_told_to_keep_and_send_again(client, monkeypatch):
    def away(*_, **__):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("integrations.connections.installation_for_token", away)
    answer = client.post(
        "/api/v1/relay/uploads",
        "{}",
        content_type="application/json",
        headers={"Authorization": "Bearer relay_x"},
    )
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
