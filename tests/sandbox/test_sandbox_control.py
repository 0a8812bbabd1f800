"""The control API itself: people, bad input, reset, and a restart that loses nothing."""

import sqlite3
from contextlib import closing

import pytest

ADA = "people/ada@example.com"


def test_person_with_everything_left_out(stand):
    made = stand.person("grace.hopper@example.com")
    assert made["name"] == "Grace Hopper"
    assert len(made["legacy_user_id"]) == 6
    assert made["health_user_id"].isdigit()
    stand.control("DELETE", "people/grace.hopper@example.com")
    assert stand.person("grace.hopper@example.com")["health_user_id"] == made["health_user_id"]


@pytest.mark.usefixtures("ada")
def test_many_people_at_once_or_none(stand):
    people = [{"email": f"p{at}@example.com"} for at in range(3)]
    assert len(stand.control("POST", "people", {"people": people})["people"]) == 3
    clash = [{"email": "new@example.com"}, {"email": "ada@example.com"}]
    stand.control("POST", "people", {"people": clash}, expect=(409,))
    assert len(stand.control("GET", "people")["people"]) == 4


@pytest.mark.usefixtures("ada")
def test_removing_a_person_ends_everything(stand):
    held = stand.consent()
    stand.steps(date="2026-11-19", total=5)
    stand.control("DELETE", ADA)
    stand.control("GET", ADA, expect=(404,))
    assert stand.get(held["access_token"], "identity").status_code == 401
    stand.person()
    assert stand.truth() == {}


@pytest.mark.usefixtures("ada")
def test_put_replaces_and_patch_merges(stand):
    stand.control("PUT", ADA, {"name": "Ada L", "timezone": "Europe/London"})
    assert stand.control("GET", ADA)["now"]["timezone"] == "Europe/London"
    changed = stand.control("PATCH", ADA, {"walk": {"daily": 4000}})
    assert (changed["name"], changed["walk"]["daily"]) == ("Ada L", 4000)
    changed = stand.control("PATCH", ADA, {"walk": {"variation": 0}})
    assert changed["walk"]["daily"] == 4000
    assert stand.control("PATCH", ADA, {"walk": None})["walk"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "people", {}),
        ("POST", "people", {"email": "no-at-sign"}),
        ("POST", "people", {"email": "a/b@example.com"}),
        ("POST", "people", {"email": 5}),
        ("POST", "people", {"email": "x@example.com", "timezone": "Mars/Olympus"}),
        ("POST", "people", {"email": "x@example.com", "timezone": "../etc/passwd"}),
        ("POST", "people", {"email": "x@example.com", "timezone": ["UTC"]}),
        ("POST", "people", {"email": "x@example.com", "account_state": "odd"}),
        ("POST", "people", {"email": "x@example.com", "devices": "none"}),
        ("POST", "people", {"email": "x@example.com", "devices": [5]}),
        ("POST", "people", {"email": "x@example.com", "walk": {"source": "pigeon"}}),
        ("POST", "people", {"email": "x@example.com", "walk": {"daily": -1}}),
        ("POST", "people", {"email": "x@example.com", "walk": [1]}),
        ("POST", "people", {"email": "x@example.com", "shoe_size": 42}),
        ("POST", "people", {"people": 5}),
        ("POST", "people", [1]),
        ("PATCH", ADA, {"timezone": "Nowhere"}),
        ("PATCH", ADA, {"timezone": 7}),
        ("PATCH", ADA, {"devices": {}}),
        ("PATCH", ADA, {"moves": 5}),
        ("POST", f"{ADA}/steps", {}),
        ("POST", f"{ADA}/steps", {"total": 5}),
        ("POST", f"{ADA}/steps", {"date": "2026-11-19"}),
        ("POST", f"{ADA}/steps", {"date": "2026-11-19", "total": -1}),
        ("POST", f"{ADA}/steps", {"date": "2026-11-19", "total": 1, "add": 1}),
        ("POST", f"{ADA}/steps", {"date": "2026-11-21", "total": 5}),
        ("POST", f"{ADA}/steps", {"date": "9999-12-31", "total": 5}),
        ("POST", f"{ADA}/steps", {"date": "yesterday", "total": 5}),
        ("POST", f"{ADA}/steps", {"date": "2026-11-19", "total": 5, "source": "pigeon"}),
        ("POST", f"{ADA}/steps", {"points": [{"count": 5}]}),
        ("POST", f"{ADA}/steps", {"points": [{"start": "2026-11-19T00:00:00", "count": 5}]}),
        ("POST", f"{ADA}/steps", {"points": [{"start": "0001-01-01T00:00:00Z", "count": 5}]}),
        (
            "POST",
            f"{ADA}/steps",
            {
                "points": [
                    {"start": "2026-11-19T00:00:00Z", "end": "2026-11-18T00:00:00Z", "count": 1}
                ]
            },
        ),
        ("DELETE", f"{ADA}/steps", None),
        ("DELETE", f"{ADA}/steps?date=x", None),
        ("POST", f"{ADA}/late", {"date": "2026-11-19", "total": 5}),
        ("POST", f"{ADA}/consent", {"scopes": []}),
        ("POST", f"{ADA}/consent", {"scopes": ["openid"]}),
        ("POST", f"{ADA}/consent", {"client_id": "stranger"}),
        ("POST", f"{ADA}/revoke", {"client": 1}),
        ("POST", f"{ADA}/expire-tokens", {"access": "yes"}),
        ("GET", f"{ADA}/truth?from=x", None),
        ("GET", f"{ADA}/truth?from=0001-01-01", None),
        ("GET", f"{ADA}/truth?from=1990-01-01&to=2200-01-01", None),
        ("GET", f"{ADA}/truth?family=none", None),
        ("POST", "clients", {"client_id": "x"}),
        ("PUT", "faults", {"kind": "gremlins"}),
        ("PUT", "faults", {"kind": "500", "target": "moon"}),
        ("PUT", "faults", {"kind": "429", "retry_after": "soon"}),
        ("PUT", "faults", {"kind": "500", "times": 0}),
        ("POST", "people", {"email": "x@example.com", "walk": {"since": "0001-01-01"}}),
        ("PATCH", ADA, {"walk": {"paused_since": "0001-01-01T00:00:00Z"}}),
        ("PUT", "knobs", {"frozen_now": "9999-12-31T23:59:59Z"}),
        ("PUT", "knobs", {"volume": 11}),
        ("PUT", "knobs", {"true_zero": "maybe"}),
        ("PUT", "knobs", {"frozen_now": "2026-11-20T17:00:00"}),
        ("GET", "log?limit=many", None),
    ],
)
@pytest.mark.usefixtures("ada")
def test_bad_input_is_a_400_with_a_sentence(stand, method, path, body):
    assert stand.control(method, path, body, expect=(400,))["error"]


@pytest.mark.parametrize(
    "data", [b"{", b"\xff\xfe", b'"\\ud800"', b'{"email": "\\ud800@x.example"}']
)
def test_bodies_that_are_no_json(stand, data):
    answer = stand.http.post(f"{stand.url}/control/people", data=data, timeout=20)
    assert answer.status_code == 400


def test_unknown_people_and_addresses(stand):
    assert stand.control("GET", "people/nobody@example.com", expect=(404,))["error"]
    assert stand.control("GET", "nothing", expect=(404,))["error"]
    assert stand.control("DELETE", "knobs/x", expect=(404,))["error"]
    assert stand.control("DELETE", "reset", expect=(405,))["error"]


def test_knobs_are_turned_one_by_one_and_restored(stand):
    stand.knobs(true_zero="0")
    stand.knobs(int64="number")
    shown = stand.control("GET", "knobs")
    assert (shown["true_zero"], shown["int64"]) == ("0", "number")
    assert stand.control("DELETE", "knobs")["true_zero"] == "omit"


def test_clock_can_be_frozen_and_shifted(stand):
    assert stand.control("GET", "clock") == {"now": "2026-11-20T17:00:00Z"}
    stand.knobs(frozen_now=None, clock_offset_seconds=365 * 86400)
    ahead = stand.control("GET", "clock")["now"]
    stand.knobs(clock_offset_seconds=0)
    assert ahead > stand.control("GET", "clock")["now"]


@pytest.mark.usefixtures("ada")
def test_reset_forgets_everybody_and_every_token(stand):
    held = stand.consent()
    stand.fault(kind="500")
    stand.control("POST", "reset")
    assert stand.control("GET", "people") == {"people": []}
    assert stand.control("GET", "faults") == {"faults": []}
    assert stand.control("GET", "knobs")["frozen_now"] is None
    assert stand.get(held["access_token"], "identity").status_code == 401
    assert [one["client_id"] for one in stand.control("GET", "clients")["clients"]] == [
        "sandbox-client"
    ]


def test_index_page_documents_the_control_api(stand):
    page = stand.http.get(stand.url, timeout=20)
    assert page.status_code == 200
    assert f"curl -X POST {stand.url}/control/people" in page.text
    assert stand.http.get(f"{stand.url}/elsewhere", timeout=20).status_code == 404


@pytest.mark.usefixtures("ada")
def test_everything_survives_a_kill(stand):
    stand.person("w@example.com", walk={"daily": 7000})
    held = stand.consent()
    code = stand.submit(stand.ask())["code"]
    stand.steps(date="2026-11-19", total=8421)
    late = {"date": "2026-11-19", "total": 9000, "visible_at": "2026-11-20T17:01:00Z"}
    stand.control("POST", f"{ADA}/late", late)
    stand.fault(target="settings", kind="503", times=2)
    stand.get(held["access_token"], "settings")
    before = [stand.truth(), stand.truth("w@example.com"), stand.control("GET", "people")]
    with closing(sqlite3.connect(stand.db)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    stand.kill()
    stand.start()
    after = [stand.truth(), stand.truth("w@example.com"), stand.control("GET", "people")]
    assert after == before
    assert stand.daily_days(held["access_token"], "2026-11-19", "2026-11-20") == {
        "2026-11-19": 8421
    }
    codes = [stand.get(held["access_token"], "settings").status_code for _ in range(2)]
    assert codes == [503, 200]
    assert stand.refresh(held["refresh_token"]).status_code == 200
    assert stand.exchange(code).status_code == 200
    stand.knobs(frozen_now="2026-11-20T17:01:00Z")
    assert stand.truth() == {"2026-11-19": 9000}
