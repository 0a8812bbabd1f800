"""Several rooms in one sandbox: accounts, clients, faults, knobs and counters of each its own."""

import sqlite3

import pytest
import requests

from sandbox.clients import Client
from sandbox.oauth_stand_in.accounts import hex_id, number_id, person_with
from sandbox.settings import Settings, from_env
from sandbox.store import Store
from sandbox.world import World
from tests.sandbox.conftest import CALLBACK, CHALLENGE, VERIFIER, Form

ADA = "ada@example.com"


@pytest.fixture
def room(stand, ada):
    """Withings' room as an application meets it, driven by forms."""
    return WithRoom(stand)


class WithRoom:
    def __init__(self, stand):
        self.stand = stand
        self.url = f"{stand.url}/withings"

    def ask(self, **changes):
        params = {
            "client_id": "sandbox-client",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "user.activity",
            "state": "s t&te",
            **changes,
        }
        sent = {name: value for name, value in params.items() if value is not None}
        url = f"{self.url}/oauth2_user/authorize2"
        return self.stand.http.get(url, params=sent, timeout=20)

    def token(self, **changes):
        form = {
            "action": "requesttoken",
            "grant_type": "authorization_code",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
            "redirect_uri": CALLBACK,
            **changes,
        }
        return self.stand.http.post(f"{self.url}/v2/oauth2", data=form, timeout=20).json()

    def code(self, **changes):
        return self.stand.submit(self.ask(**changes))["code"]

    def knobs(self, **values):
        return self.stand.control("PUT", "knobs?room=withings", values)

    def days(self, token):
        form = {
            "action": "getactivity",
            "startdateymd": "2026-11-20",
            "enddateymd": "2026-11-20",
        }
        held = {"Authorization": f"Bearer {token}"}
        return self.stand.http.post(f"{self.url}/v2/measure", data=form, headers=held, timeout=20)


def test_a_walk_through_a_room(room):
    back = room.stand.submit(room.ask(), decision="allow")
    assert back["state"] == "s t&te"
    body = room.token(code=back["code"])["body"]
    assert room.days(body["access_token"]).json()["status"] == 0
    assert room.token(code=back["code"])["status"] == 503


def test_a_denial_carries_the_state(room):
    back = room.stand.submit(room.ask(), decision="deny")
    assert back == {"error": "access_denied", "state": "s t&te"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": "stranger"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/cb"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "user.activity,openid"}, "invalid_scope"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_a_wrong_request_ends_on_a_page(room, changes, words):
    answer = room.ask(**changes)
    assert answer.status_code == 400
    assert words in answer.text


def test_the_page_names_the_service_and_escapes(room):
    page = room.ask(state='"><script>alert(2)</script>').text
    assert "your Withings account" in page
    assert "<script>" not in page


def test_a_challenge_has_to_be_met_where_there_is_one(room):
    asked = {"code_challenge": CHALLENGE.decode(), "code_challenge_method": "S256"}
    code = room.code(**asked)
    assert room.token(code=code, code_verifier="x" * 43)["status"] == 503
    assert room.token(code=code, code_verifier=VERIFIER)["status"] == 0


def test_a_challenge_may_be_required(room):
    room.knobs(pkce="required")
    assert room.ask().status_code == 400
    assert room.ask(code_challenge=CHALLENGE.decode()).status_code == 200


@pytest.mark.parametrize(
    ("way", "body", "basic"), [("either", 0, 0), ("body", 0, 214), ("basic", 214, 0)]
)
def test_how_a_client_shows_its_secret_is_a_knob(room, way, body, basic):
    room.knobs(client_auth=way)
    assert room.token(code=room.code())["status"] == body
    form = {
        "action": "requesttoken",
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": room.code(),
    }
    known = ("sandbox-client", "sandbox-secret")
    answer = requests.post(f"{room.url}/v2/oauth2", data=form, auth=known, timeout=20)
    assert answer.json()["status"] == basic


@pytest.mark.parametrize(("kind", "dies"), [("kept", False), ("rotated", True)])
def test_refresh_tokens_are_kept_or_rotated(room, kind, dies):
    room.knobs(refresh_tokens=kind, old_refresh_token_seconds=0)
    first = room.token(code=room.code())["body"]
    asked = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = room.token(**asked)["body"]
    assert (second["refresh_token"] is None) is not dies
    assert (room.token(**asked)["status"] == 503) is dies


def test_without_refresh_tokens_there_is_nothing_to_refresh_with(room):
    room.knobs(refresh_tokens="none", access_token_seconds=None)
    body = room.token(code=room.code())["body"]
    assert (body["refresh_token"], body["expires_in"]) == (None, None)
    assert room.token(grant_type="refresh_token", refresh_token="x")["status"] == 2553


def test_tokens_and_codes_open_only_their_own_room(room):
    google = room.stand.consent(ADA)["access_token"]
    withings = room.stand.consent(ADA, room="withings")["body"]["access_token"]
    assert room.days(google).json()["status"] == 401
    assert room.days(withings).json()["status"] == 0
    assert room.stand.get(withings, "identity").status_code == 401
    code = room.stand.submit(room.stand.ask())["code"]
    assert room.token(code=code)["status"] == 503
    assert room.stand.exchange(code).status_code == 200


def test_what_is_revoked_and_runs_out_is_the_rooms_own(room):
    stand = room.stand
    google = stand.consent(ADA)["access_token"]
    withings = stand.consent(ADA, room="withings")["body"]["access_token"]
    assert stand.control("POST", f"people/{ADA}/expire-tokens", {"room": "withings"}) == {
        "tokens": 1
    }
    assert room.days(withings).json()["status"] == 401
    assert stand.get(google, "identity").status_code == 200
    assert stand.control("POST", f"people/{ADA}/revoke", {"room": "withings"}) == {"grants": 1}
    assert stand.control("GET", f"people/{ADA}?room=withings")["now"]["grants"] == []
    assert stand.control("GET", f"people/{ADA}")["now"]["grants"] != []


def test_clients_are_the_rooms_own(room):
    client = {"client_id": "c2", "client_secret": "s2", "room": "withings"}
    room.stand.control("POST", "clients", client)
    assert room.ask(client_id="c2").status_code == 200
    assert room.stand.ask(client_id="c2").status_code == 400
    listed = room.stand.control("GET", "clients?room=withings")["clients"]
    assert [each["client_id"] for each in listed] == ["sandbox-client", "c2"]


def test_faults_and_counters_are_the_rooms_own(room):
    stand = room.stand
    token = stand.consent(ADA, room="withings")["body"]["access_token"]
    google = stand.consent(ADA)["access_token"]
    stand.control("DELETE", "counters")
    stand.fault(room="withings", kind="500")
    assert room.days(token).status_code == 500
    assert stand.get(google, "identity").status_code == 200
    counted = stand.control("GET", "counters?room=withings")
    assert (counted["total"], counted["statuses"]) == (1, {"500": 1})
    assert counted["people"] == {ADA: {"measure": 1}}
    assert stand.control("GET", "counters")["endpoints"] == {"identity": 1}
    (line,) = stand.control("GET", "log?room=withings")["requests"]
    assert (line["room"], line["fault"]) == ("withings", "500")


def test_knobs_are_the_rooms_own_and_a_reset_restores_them(room):
    room.knobs(rows_per_page=1)
    assert "rows_per_page" not in room.stand.control("GET", "knobs")
    room.stand.control("POST", "reset")
    assert room.stand.control("GET", "knobs?room=withings")["rows_per_page"] == 100


def test_rooms_are_listed(stand):
    rooms = {each["room"]: each for each in stand.control("GET", "rooms")["rooms"]}
    assert "dailyRollUp" in rooms["google"]["targets"]
    assert "measure" in rooms["withings"]["targets"]
    assert "notify" in rooms["misfit"]["controls"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "counters?room=moon", None),
        ("GET", "knobs?room=moon", None),
        ("GET", "knobs?room=control", None),
        ("PUT", "faults", {"kind": "500", "room": "moon"}),
        ("PUT", "faults", {"kind": "500", "room": "withings", "target": "dailyRollUp"}),
        ("POST", f"people/{ADA}/consent", {"room": "moon"}),
        ("POST", f"people/{ADA}/consent", {"room": "control"}),
        ("POST", f"people/{ADA}/consent", {"room": "withings", "scopes": ["everything"]}),
        ("PUT", "knobs?room=withings", {"rows_per_page": 0}),
        ("PUT", "knobs?room=withings", {"moonlight": True}),
    ],
)
@pytest.mark.usefixtures("ada")
def test_what_a_room_does_not_have_is_a_bad_request(stand, method, path, body):
    assert "error" in stand.control(method, path, body, expect=(400,))


def test_a_control_nobody_has_is_not_found(stand):
    stand.control("POST", "rooms/withings/dance", {}, expect=(404,))


def test_grants_survive_a_kill_in_every_room(room):
    token = room.stand.consent(ADA, room="withings")["body"]["access_token"]
    room.stand.kill()
    room.stand.start()
    assert room.days(token).json()["status"] == 0


def test_the_form_of_a_room_can_be_sent_untouched(room):
    assert Form(room.ask().text).buttons == ["deny", "allow"]


def test_everybody_has_an_account_of_their_own_in_each_room(tmp_path):
    world = World(Settings(db=tmp_path / "sandbox.sqlite3"))
    assert hex_id("misfit", ADA, 24) != hex_id("polar", ADA, 24)
    assert number_id("misfit", ADA) != number_id("polar", ADA)
    assert person_with(world, "misfit", hex_id("misfit", ADA)) is None


def test_clients_come_from_the_environment_by_room(tmp_path):
    settings = from_env(
        {
            "SANDBOX_DB": str(tmp_path / "db"),
            "SANDBOX_POLAR_CLIENT_ID": "p",
            "SANDBOX_POLAR_CLIENT_SECRET": "q",
            "SANDBOX_POLAR_REDIRECT_URIS": "http://a.example/, http://b.example/",
        }
    )
    assert settings.client_of("polar") == Client(
        client_id="p", secret="q", redirect_uris=("http://a.example/", "http://b.example/")
    )
    assert settings.client_of("oura").client_id == "sandbox-client"


def test_a_file_from_when_google_was_the_only_room_is_taken_over(tmp_path):
    path = tmp_path / "sandbox.sqlite3"
    old = sqlite3.connect(path)
    old.executescript(
        """
        CREATE TABLE clients (
            client_id TEXT PRIMARY KEY, secret TEXT NOT NULL, redirect_uris TEXT NOT NULL);
        CREATE TABLE codes (
            code TEXT PRIMARY KEY, client_id TEXT NOT NULL, email TEXT NOT NULL,
            redirect_uri TEXT NOT NULL, scopes TEXT NOT NULL, challenge TEXT, method TEXT,
            offline INTEGER NOT NULL, expires_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE grants (
            id INTEGER PRIMARY KEY, email TEXT NOT NULL, client_id TEXT NOT NULL,
            live INTEGER NOT NULL DEFAULT 1);
        INSERT INTO grants (email, client_id) VALUES ('ada@example.com', 'sandbox-client');
        """
    )
    old.close()
    Store(path)
    world = World(Settings(db=path))
    assert world.grants.live_grant(ADA, "sandbox-client") == 1
    assert world.grants_of("polar").live_grant(ADA, "sandbox-client") is None
    assert world.clients.get("sandbox-client") is not None
