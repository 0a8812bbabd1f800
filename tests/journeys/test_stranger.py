"""Somebody of another organization, and a colleague, see nothing of a person: 404 everywhere."""

import pytest
import requests

from tests.journeys.belongings import ABSENT, NOBODYS, belongings
from tests.journeys.openapi import routes
from tests.journeys.people import TIMEOUT, Phone

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def alice(new_walker, new_account, challenge):
    """A walker who has one of everything."""
    alice, account = new_walker(), new_account()
    account.walk(alice.today, total=1234)
    alice.join(challenge)
    assert alice.connect(account.email) == "connected"
    alice.follow(alice.tap())
    return alice


@pytest.fixture(scope="module")
def hers(alice, challenge):
    return belongings(alice, challenge)


@pytest.fixture(scope="module")
def guarded(house, hers):
    """The routes with somebody's id in them."""
    found = [route for route in routes(house.base_url) if set(route.placeholders) - NOBODYS]
    unknown = {name for route in found for name in route.placeholders} - hers.keys()
    assert not unknown, f"new kinds of ids in the API; say here whose they are: {unknown}"
    assert len(found) >= 10
    return found


def _knock(who, route, path):
    body = {"json": {}} if route.has_body else {}
    return who.ask(route.method, f"{who.base_url}{path}", **body)


def test_a_stranger_finds_nothing(guarded, hers, stranger):
    phone = Phone(stranger)
    for route in guarded:
        path = route.filled(hers)
        if route.token == "relay":
            answer = phone.http.request(
                route.method, f"{stranger.base_url}{path}", json={}, timeout=TIMEOUT
            )
        else:
            answer = _knock(stranger, route, path)
        assert answer.status_code == 404, (route, answer.text)
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert hers["challenge_id"] not in answer.text


def test_what_exists_and_what_does_not_look_the_same(guarded, hers, stranger):
    for route in guarded:
        if route.token == "bearer" and route.method == "GET":
            real = _knock(stranger, route, route.filled(hers)).json()
            made_up = dict.fromkeys(hers, ABSENT) | {name: hers[name] for name in NOBODYS}
            assert _knock(stranger, route, route.filled(made_up)).json() == real


def test_a_colleague_sees_the_challenge_but_nothing_private(guarded, hers, new_walker):
    colleague = new_walker()
    for route in guarded:
        if route.token == "bearer" and "challenge_id" not in route.placeholders:
            answer = _knock(colleague, route, route.filled(hers))
            assert answer.status_code == 404, (route, answer.text)


def test_the_owner_finds_it_all(guarded, hers, alice):
    own = [route for route in guarded if "/staff/" not in route.path]
    for route in own:
        if route.method == "GET" and "export_id" not in route.placeholders:
            answer = _knock(alice, route, route.filled(hers))
            found = answer.ok or answer.json()["code"] == "not_final"
            assert found, (route, answer.text)


def test_ids_inside_bodies_lead_nowhere_either(hers, alice, stranger, challenge, seeded):
    assert (
        stranger.ask(
            "POST", "sync-requests", json={"challenge_id": hers["challenge_id"]}
        ).status_code
        == 404
    )
    sources = [source["id"] for source in alice.get("sources")["results"]]
    assert stranger.ask("PUT", "sources/order", json={"ids": sources}).status_code == 400
    theirs = seeded["challenges"]["Elsewhere"]["id"]
    answer = stranger.ask("POST", f"challenges/{theirs}/join", json={"team_id": challenge["team"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_nobody_without_a_token_gets_past_the_door(house, hers):
    for route in routes(house.base_url):
        if route.token:
            url = f"{house.base_url}{route.filled(hers)}"
            answer = requests.request(route.method, url, json={}, timeout=TIMEOUT)
            assert answer.status_code == 401, (route, answer.text)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
