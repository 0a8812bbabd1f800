"""Whatever is sent, the answer is a problem document and never a failure of ours."""

import gzip
import json

import pytest
import requests

from tests.journeys.belongings import belongings
from tests.journeys.openapi import routes
from tests.journeys.people import TIMEOUT, Phone

pytestmark = pytest.mark.slow
JSON = {"Content-Type": "application/json"}
MEGABYTE = 1024 * 1024
DEEP = b"[" * 100_000
HUGE = b'{"' + b'x":' + b"9" * 5000 + b"}"
WRONG_TYPES = json.dumps(
    {
        "provider": {},
        "ids": 7,
        "team_id": [],
        "challenge_id": {"a": 1},
        "forget_readings": "maybe",
        "return_to": 1,
        "display_name": [],
        "timezone": None,
    }
).encode()
BODIES = {
    "broken JSON": (b'{"provider": "fitbit"', JSON),
    "no JSON": (b"<html>", JSON),
    "not UTF-8": (b'{"provider": "\xff\xfe"}', JSON),
    "a list": (b"[]", JSON),
    "a number": (b"12", JSON),
    "null": (b"null", JSON),
    "deep nesting": (DEEP, JSON),
    "deep nesting, closed": (DEEP + b"]" * 100_000, JSON),
    "deep objects": (b'{"samples":' * 20_000 + b"1" + b"}" * 20_000, JSON),
    "a huge number": (HUGE, JSON),
    "infinity": (b'{"ids": 1e999, "provider": NaN, "forget_readings": Infinity}', JSON),
    "NUL bytes": (b"\x00" * 64, JSON),
    "NUL in strings": (b'{"provider": "fit\\u0000bit", "display_name": "a\\u0000"}', JSON),
    "lone surrogates": (b'{"provider": "\\ud800", "display_name": "\\udfff"}', JSON),
    "wrong types": (WRONG_TYPES, JSON),
    "a form": (b"provider=fitbit&a=b", {"Content-Type": "application/x-www-form-urlencoded"}),
    "a multipart form": (b"--x\r\n\r\n--x--", {"Content-Type": "multipart/form-data; boundary=x"}),
    "multipart without boundary": (b"x", {"Content-Type": "multipart/form-data"}),
    "XML": (b"<a/>", {"Content-Type": "application/xml"}),
    "no content type": (b"{}", {"Content-Type": ""}),
    "a strange charset": (b"{}", {"Content-Type": "application/json; charset=klingon"}),
    "gzip that is none": (b"plain", {**JSON, "Content-Encoding": "gzip"}),
    "gzip cut off": (
        gzip.compress(b'{"schema": "relay/1"}' * 99)[:40],
        {**JSON, "Content-Encoding": "gzip"},
    ),
    "an unknown encoding": (b"{}", {**JSON, "Content-Encoding": "br"}),
}
NEVER_FINE = {"broken JSON", "no JSON", "not UTF-8", "deep nesting", "NUL bytes"}
TOKENS = (
    "",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer a.b.c",
    "Basic YTpi",
    "Bearer \u00ff",
    "Token 1",
)


@pytest.fixture(scope="module")
def walker(new_walker):
    return new_walker()


@pytest.fixture(scope="module")
def phone(walker):
    return Phone(walker)


@pytest.fixture(scope="module")
def wild(new_walker):
    """A phone of its own for records: some bodies above disconnect the other one."""
    return Phone(new_walker())


@pytest.fixture(scope="module")
def ids(walker, phone, challenge):
    return belongings(walker, challenge)


@pytest.fixture(scope="module")
def calls(house, walker, phone, ids):
    """Every operation as a function that sends it: ``(route, send)``."""

    def sender(route):
        session = phone.http if route.token == "relay" else walker.http
        url = f"{house.base_url}{route.filled(ids)}"
        return lambda **sent: session.request(route.method, url, timeout=TIMEOUT, **sent)

    return [(route, sender(route)) for route in routes(house.base_url)]


@pytest.fixture(autouse=True)
def _nothing_fails_on_our_side(house):
    log = house.var / "log" / "web.log"
    seen = log.stat().st_size
    yield
    said = [json.loads(line) for line in log.read_bytes()[seen:].splitlines() if line[:1] == b"{"]
    assert [line["traceback"][-500:] for line in said if "traceback" in line] == []


def _is_problem(answer, what) -> None:
    assert 400 <= answer.status_code < 500, (what, answer.status_code, answer.text[:300])
    assert answer.headers["Content-Type"].startswith("application/problem+json"), what
    assert {"type", "title", "status", "code", "detail"} <= answer.json().keys(), what
    assert answer.json()["status"] == answer.status_code, what


@pytest.mark.parametrize("kind", BODIES)
def test_a_bad_body_is_a_problem_of_the_caller(calls, kind):
    body, headers = BODIES[kind]
    for route, send in calls:
        if route.has_body:
            answer = send(data=body, headers=headers)
            what = (kind, route.method, route.path)
            assert answer.status_code < 500, what
            if not route.is_foreign and (kind in NEVER_FINE or not answer.ok):
                _is_problem(answer, what)


def test_a_body_of_ten_megabytes_is_refused(calls):
    for route, send in calls:
        if route.has_body and not route.is_foreign:
            answer = send(data=b'"' + b"x" * 10 * MEGABYTE + b'"', headers=JSON)
            _is_problem(answer, route)
            assert answer.status_code == 413, route


def test_a_bomb_of_zeros_does_not_go_off(wild):
    bomb = gzip.compress(b"0" * 200 * MEGABYTE, compresslevel=1)
    answer = wild.http.post(
        wild.url, data=bomb, headers={**JSON, "Content-Encoding": "gzip"}, timeout=TIMEOUT
    )
    _is_problem(answer, "bomb")
    assert answer.status_code == 413


@pytest.mark.parametrize("token", TOKENS)
def test_a_wrong_token_is_refused_everywhere(house, ids, token):
    for route in routes(house.base_url):
        if route.token:
            answer = requests.request(
                route.method,
                f"{house.base_url}{route.filled(ids)}",
                headers={"Authorization": token.encode("latin-1")},
                timeout=TIMEOUT,
            )
            _is_problem(answer, (route, token))
            assert answer.status_code == 401, (route, token)


@pytest.mark.parametrize(
    "odd", ["%00", "x%00y", "%ff", "..%2f..", "1" * 1500, "\u00e4", "-1", "null", "%0d%0aX: y", " "]
)
def test_odd_ids_do_not_exist(house, walker, ids, odd):
    for route in routes(house.base_url):
        if route.placeholders and route.token == "bearer":
            path = route.filled(dict.fromkeys(ids, odd))
            _is_problem(walker.ask(route.method, f"{house.base_url}{path}"), (route, odd))


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-02-30",
        "from=99999-01-01",
        "from=0000-00-00",
        "from=0001-01-01&to=9999-12-31",
        "from=2026-11-02&to=2026-11-01",
        "from=%00&to=%ff",
        "from=1e400",
    ],
)
def test_odd_ranges_of_days_are_refused(walker, query):
    _is_problem(walker.ask("GET", f"steps?{query}"), query)


@pytest.mark.parametrize(
    "query",
    [
        "board=cats",
        "view=%00",
        "limit=0",
        "limit=-1",
        "limit=99999999999999999999",
        "limit=ten",
        "limit=1e3",
        "cursor=%00",
        "cursor=bm9wZQ",
        "cursor=" + "x" * 2000,
        "cursor=\u00ff\u0100",
    ],
)
def test_odd_questions_about_a_board_are_refused(walker, challenge, query):
    path = f"challenges/{challenge['id']}/leaderboard?{query}"
    _is_problem(walker.ask("GET", path), query)


@pytest.mark.parametrize("cursor", ["%00", "x", "\u00ff", "-1", "9" * 500, "null"])
def test_odd_cursors_of_lists_are_refused(walker, ids, cursor):
    path = f"connections/{ids['connection_id']}/syncs?cursor={cursor}"
    _is_problem(walker.ask("GET", path), cursor)


@pytest.mark.parametrize("kind", BODIES)
def test_signing_in_with_nonsense_is_a_problem(house, kind):
    body, headers = BODIES[kind]
    answer = requests.post(
        f"{house.base_url}/_allauth/app/v1/auth/login", data=body, headers=headers, timeout=TIMEOUT
    )
    _is_problem(answer, kind)


@pytest.mark.parametrize(
    "login",
    [
        {"email": "nobody@nowhere.example", "password": "x"},
        {"email": "a\u0000b@c.example", "password": "x"},
        {"email": "x" * 5000, "password": "x" * 5000},
        {"email": [], "password": {}},
        {"email": 1e300, "password": True},
        {"email": "\ud800@c.example", "password": "x"},
    ],
)
def test_signing_in_as_nobody_is_a_problem(house, login):
    answer = requests.post(
        f"{house.base_url}/_allauth/app/v1/auth/login",
        data=json.dumps(login),
        headers=JSON,
        timeout=TIMEOUT,
    )
    _is_problem(answer, login)


@pytest.mark.parametrize("method", ["DELETE", "TRACE", "PATCH", "OPTIONS", "WALK"])
def test_odd_methods_are_refused(house, walker, method):
    answer = walker.ask(method, "steps")
    if method != "OPTIONS":
        _is_problem(answer, method)
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?state=x&code=y",
        "?state=%00&code=%00",
        "?error=%00",
        "?state=" + "x" * 4000,
        "?state=a&state=b",
    ],
)
@pytest.mark.parametrize("provider", ["fitbit", "healthkit", "nosuch", "%00"])
def test_a_callback_nobody_asked_for_leads_to_an_error_page(house, provider, query):
    answer = requests.get(
        f"{house.base_url}/oauth/{provider}/callback{query}", timeout=TIMEOUT, allow_redirects=False
    )
    assert answer.status_code in {302, 400, 404}
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith(house.base_url)
        assert "error=" in answer.headers["Location"]


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "http://127.0.0.1.evil.example/",
        "{base}@evil.example/",
        "{base}.evil.example/",
        "http://user@{host}/",
        "stepwell",
        "data:text/html,x",
        "\\\\evil.example",
        "{base}/\nX: y",
        "{base}/\u0000",
        "http://[::1",
    ],
)
def test_nobody_is_sent_to_a_foreign_place(house, walker, return_to):
    wanted = return_to.format(base=house.base_url, host=house.base_url.removeprefix("http://"))
    answer = walker.ask("POST", "connections", json={"provider": "fitbit", "return_to": wanted})
    _is_problem(answer, wanted)


@pytest.mark.parametrize(
    "record",
    [
        {"count": 10**30},
        {"count": "12"},
        {"count": None},
        {"id": ""},
        {"id": "x" * 10_000},
        {"id": "a\u0000b"},
        {"id": "\ud800"},
        {"start": "0001-01-01T00:00:00+14:00"},
        {"end": "9999-12-31T23:59:59-12:00"},
        {"start": "2026-11-18T07:02:10"},
        {"source": {"app": "a\u0000b"}},
        {"source": {"name": "x" * 5000}},
        {"source": 7},
        {"written": "9999-12-31T23:59:59-12:00"},
        {"written": "0001-01-01T00:00:00+14:00"},
        {"manual": "perhaps"},
    ],
)
def test_a_wild_record_is_refused_by_itself(wild, walker, record):
    day = f"{walker.day(1)}T"
    good = {"id": "wild", "start": f"{day}10:00:00Z", "end": f"{day}10:05:00Z", "count": 5}
    answer = wild.push(samples=[{**good, **record}, {**good, "id": "tame"}])
    assert answer.status_code == 200, (record, answer.text)
    told = answer.json()
    assert [each["index"] for each in told["rejected"]] in ([], [0])
    assert told["accepted"] + told["unchanged"] + len(told["rejected"]) == 2


@pytest.mark.parametrize(
    "part",
    [
        {"schema": "relay/2"},
        {"samples": "none"},
        {"samples": {}},
        {"deleted": [1, None, {}]},
        {"deleted": ["a\u0000b"]},
        {"buckets": [1]},
        {"window": {"from": "x"}},
        {"window": []},
        {"installation": {"model": "x" * 9000}},
        {"installation": []},
        {"status": []},
        {"status": {"deep": [[[[[[[[[[]]]]]]]]]]}},
        {"status": {"nul": "\u0000"}},
        {"status": {"big": "x" * 100_000}},
        {"sent_at": "9999-12-31T23:59:59-12:00"},
        {"sent_at": 7},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "Mars/Olympus"},
        {"batch_id": "x" * 1000},
        {"batch_id": 1},
    ],
)
def test_a_wild_part_of_an_upload_costs_at_most_the_upload(wild, part):
    answer = wild.push(**part)
    if answer.status_code != 200:
        _is_problem(answer, part)
