"""Everything that can go wrong with a call, on demand."""

import time

import pytest
import requests


def test_status_faults_on_the_api(stand, token):
    for kind, code, status in (
        ("500", 500, "INTERNAL"),
        ("503", 503, "UNAVAILABLE"),
        ("504", 504, "DEADLINE_EXCEEDED"),
        ("429", 429, "RESOURCE_EXHAUSTED"),
        ("401", 401, "UNAUTHENTICATED"),
        ("403_scope", 403, "PERMISSION_DENIED"),
        ("403_service_disabled", 403, "PERMISSION_DENIED"),
    ):
        stand.fault(target="identity", kind=kind, times=1)
        answer = stand.get(token, "identity")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["status"]) == (code, code, status)
        assert stand.get(token, "identity").status_code == 200


def test_service_disabled_names_the_service(stand, token):
    stand.fault(target="api", kind="403_service_disabled")
    error = stand.get(token, "identity").json()["error"]
    assert error["details"][0]["reason"] == "SERVICE_DISABLED"
    assert error["details"][0]["metadata"]["service"] == "health.googleapis.com"


@pytest.mark.usefixtures("ada")
def test_faults_on_the_token_endpoint(stand):
    held = stand.consent()["refresh_token"]
    for kind, code, error in (
        ("500", 500, "internal_failure"),
        ("429", 429, "rate_limit_exceeded"),
        ("invalid_client", 401, "invalid_client"),
        ("invalid_grant", 400, "invalid_grant"),
    ):
        stand.fault(target="token", kind=kind, times=1)
        answer = stand.refresh(held)
        assert (answer.status_code, answer.json()["error"]) == (code, error)
    assert stand.refresh(held).status_code == 200


@pytest.mark.usefixtures("ada")
def test_html_and_empty_answers(stand, token):
    stand.fault(target="token", kind="html_200", times=1)
    answer = stand.refresh(stand.consent()["refresh_token"])
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (200, "text/html")
    stand.fault(target="api", kind="empty_body", times=1)
    assert stand.get(token, "identity").content == b""


@pytest.mark.parametrize(
    ("retry_after", "header"), [(None, None), ("5", "6"), ("http-date", "2026")]
)
def test_retry_after(stand, token, retry_after, header):
    stand.fault(target="api", kind="429", retry_after=retry_after)
    shown = stand.get(token, "identity").headers.get("Retry-After")
    if retry_after == "5":
        assert shown == "5"
    elif retry_after is None:
        assert shown is header
    else:
        assert header in shown


def test_target_person_and_number_of_hits(stand, token):
    stand.person("other@example.com")
    other = stand.consent("other@example.com")["access_token"]
    stand.fault(target="dailyRollUp", email="Ada@example.com", kind="503", times=2)
    days = ("2026-11-18", "2026-11-19")
    assert stand.daily(other, *days).status_code == 200
    assert stand.get(token, "identity").status_code == 200
    codes = [stand.daily(token, *days).status_code for _ in range(3)]
    assert codes == [503, 503, 200]
    assert stand.control("GET", "faults") == {"faults": []}


@pytest.mark.usefixtures("ada")
def test_fault_by_person_finds_them_by_their_refresh_token(stand):
    stand.person("other@example.com")
    stand.fault(target="token", email="ada@example.com", kind="500")
    assert stand.refresh(stand.consent()["refresh_token"]).status_code == 500
    other = stand.consent("other@example.com")["refresh_token"]
    assert stand.refresh(other).status_code == 200


def test_probability(stand, token):
    stand.fault(target="api", kind="500", probability=0)
    assert stand.get(token, "identity").status_code == 200
    stand.control("DELETE", "faults")
    stand.fault(target="api", kind="500", probability=0.5)
    codes = {stand.get(token, "identity").status_code for _ in range(60)}
    assert codes == {200, 500}


def test_listing_and_clearing(stand):
    first = stand.fault(kind="500", times=3)
    second = stand.fault(kind="503")
    assert [one["id"] for one in stand.control("GET", "faults")["faults"]] == [
        first["id"],
        second["id"],
    ]
    stand.control("DELETE", f"faults/{first['id']}")
    assert stand.control("DELETE", "faults") == {"cleared": 1}
    stand.control("DELETE", "faults/99", expect=(404,))


def test_connection_reset_and_timeout(stand, token):
    stand.fault(target="identity", kind="connection_reset", times=1)
    with pytest.raises(requests.ConnectionError):
        stand.get(token, "identity")
    stand.fault(target="identity", kind="timeout", seconds=0.2, times=1)
    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        stand.get(token, "identity")
    assert time.monotonic() - began >= 0.2
    assert stand.get(token, "identity").status_code == 200


def test_latency_and_slow_body_still_answer(stand, token):
    for kind in ("latency", "slow_body"):
        stand.fault(target="identity", kind=kind, seconds=0.2, times=1)
        began = time.monotonic()
        assert set(stand.get(token, "identity").json()) >= {"healthUserId"}
        assert time.monotonic() - began >= 0.2


def test_cut_body(stand, token):
    stand.fault(target="identity", kind="cut_body", times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        stand.get(token, "identity")
    assert stand.get(token, "identity").status_code == 200


def test_wrong_types_and_huge_numbers(stand, token):
    stand.steps(date="2026-11-18", total=5)
    days = (token, "2026-11-18", "2026-11-19")
    stand.fault(target="dailyRollUp", kind="wrong_types", times=1)
    point = stand.daily(*days).json()["rollupDataPoints"][0]
    assert point["steps"]["countSum"] == ["5"]
    stand.fault(target="dailyRollUp", kind="huge_numbers", times=1)
    point = stand.daily(*days).json()["rollupDataPoints"][0]
    assert int(point["steps"]["countSum"]) == 10**30


@pytest.mark.usefixtures("ada")
def test_answer_lost_after_the_refresh_was_carried_out(stand):
    stand.knobs(rotate_refresh_tokens=True)
    held = stand.consent()["refresh_token"]
    stand.fault(target="token", kind="connection_reset", processed=True, times=1)
    with pytest.raises(requests.ConnectionError):
        stand.refresh(held)
    assert stand.refresh(held).json()["error"] == "invalid_grant"


@pytest.mark.usefixtures("ada")
def test_log_and_counters_show_what_was_asked(stand):
    held = stand.consent()
    stand.control("DELETE", "counters")
    stand.fault(target="identity", kind="500", times=1)
    stand.get(held["access_token"], "identity")
    stand.refresh(held["refresh_token"])
    counters = stand.control("GET", "counters")
    assert counters["endpoints"] == {"identity": 1, "token": 1}
    assert counters["statuses"] == {"500": 1, "200": 1}
    assert counters["people"] == {"ada@example.com": {"identity": 1, "token": 1}}
    log = stand.control("GET", "log?limit=1")["requests"]
    assert [(one["endpoint"], one["grant_type"], one["email"]) for one in log] == [
        ("token", "refresh_token", "ada@example.com")
    ]
    stand.control("DELETE", "counters")
    assert stand.control("GET", "counters")["total"] == 0
