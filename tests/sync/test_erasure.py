"""Whoever leaves takes everything along but the score of what is final, whatever races them."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection as database
from django.utils import timezone
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from challenges.membership import MembershipRefused, join
from challenges.models import AuditEntry, Match, Participant, ScoredDay, Team
from integrations import linking, tokens
from integrations.connections import connect_relay
from integrations.contract import Fetched, Identity
from integrations.linking import ConnectRefused, Permissions
from integrations.models import (
    Connection,
    Credential,
    Installation,
    OAuthAttempt,
    PendingRevocation,
)
from integrations.oauth import Grant
from steps.models import Day, Finding, Freshness, Report, Sample
from sync import claims, erasure, exports, relay, runner
from sync.models import Export, ExportPart, Run
from sync.people_api import MeOnBoardsView
from tests.factories import PASSWORD, ChallengeFactory
from tests.sync import held
from tests.sync.routes import queue_of
from tests.sync.test_relay_api import overlapping, upload
from users.erasure import FORGOTTEN, FORMER_PARTICIPANT
from users.models import User, Visibility
from users.problems import ProblemError

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/me"
YES = {"confirm": True}
KEPT = {User, Participant, Team, Match, AuditEntry}
KEPT_OF_THE_PERSON = {"id", "organization", "created_at"}


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """Remembers what would have been handed to a worker, instead of a broker."""
    messages = []
    monkeypatch.setattr(
        "sync.dispatch._send", lambda name, **kwargs: messages.append((name, queue_of(name)))
    )
    return messages


@pytest.fixture
def meanwhile():
    """Return a function that starts work in a thread with a database connection of its own."""
    threads = []

    def start(work, *arguments, **more):
        outcome = []

        def run():
            try:
                outcome.append(work(*arguments, **more))
            except Exception as error:  # noqa: BLE001 - handed to the test
                outcome.append(error)
            finally:
                database.close()

        thread = threading.Thread(target=run)
        thread.start()
        threads.append(thread)

        def ended(timeout=20):
            thread.join(timeout)
            assert not thread.is_alive()
            return outcome[0]

        return ended

    yield start
    for thread in threads:
        thread.join(20)


def erase(person):
    return erasure.erase(person_id=person.pk, now=timezone.now())


def wait_until_somebody_waits_for_a_lock():
    for _ in range(200):
        with database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.05)
    raise AssertionError("nobody waits")


def test_nothing_of_the_person_is_left_and_nothing_of_others_is_touched(api, alice, bob):
    for person in (alice, bob):
        api(person)
        held.fill(person)
    before, sessions = held.counts(), Session.objects.count()
    assert [m for m, rows in before.items() if rows < 2] == [], "extend held.fill"
    assert sessions == 2
    assert erase(alice)
    expected = {m: rows if m in KEPT else rows / 2 for m, rows in before.items()}
    assert held.counts() == expected
    assert Session.objects.count() == 1
    assert alice.email not in str(Session.objects.get().get_decoded())


def test_findings_of_others_no_longer_name_the_person(alice, bob, charlie):
    evidence = {"devices": 1, "other_person_ids": [charlie.pk, alice.pk]}
    Finding.objects.create(
        person=bob,
        date=date(2026, 11, 20),
        code="same_device_two_accounts",
        evidence=evidence,
        found_at=held.NOON,
    )
    erase(alice)
    assert Finding.objects.get().evidence == {"devices": 1, "other_person_ids": [charlie.pk]}


def test_every_column_of_the_person_is_forgotten_or_deliberately_kept(alice):
    columns = {column.name for column in User._meta.concrete_fields}
    assert columns == {*FORGOTTEN, *KEPT_OF_THE_PERSON}, "forget it, or say above why not"
    User.objects.filter(pk=alice.pk).update(
        leaderboard_name="Ace",
        leaderboard_visibility="alias",
        zone_moves=[["2026-01-01T00:00:00+00:00", "Asia/Tokyo"]],
        role="hr_manager",
        last_login=timezone.now(),
    )
    erase(alice)
    left = User.objects.get(pk=alice.pk)
    assert left.email.endswith("@erased.invalid")
    assert left.board_name == left.display_name == FORMER_PARTICIPANT
    assert (left.timezone, left.zone_moves, left.last_login) == ("UTC", [], None)
    assert (left.role, left.is_active, left.has_usable_password()) == ("participant", False, False)
    assert not left.groups.exists()


def test_a_final_board_keeps_the_score_under_former_participant(api, alice, bob):
    row = held.take_part(alice, score=9000)
    held.take_part(bob, score=7000, team=row.team)
    User.objects.filter(pk=alice.pk).update(
        leaderboard_name="Ace", leaderboard_visibility=Visibility.ALIAS
    )
    erase(alice)
    address = f"/api/v1/challenges/{row.challenge_id}/leaderboard"
    board = api(bob).get(address).json()
    assert [(e["rank"], e["name"], e["score"]) for e in board["entries"]] == [
        (1, FORMER_PARTICIPANT, 9000),
        (2, "Bob Brown", 7000),
    ]
    (team,) = api(bob).get(address, {"board": "teams"}).json()["entries"]
    assert (team["score"], team["members"]) == (16000, 2)
    assert not ScoredDay.objects.filter(participant=row).exists()


def test_a_running_board_loses_the_person_and_the_team_their_steps(api, alice, bob):
    ends_on = timezone.now().date() + timedelta(days=5)
    row = held.take_part(alice, ends_on=ends_on, score=9000)
    held.take_part(bob, score=7000, team=row.team)
    erase(alice)
    board = api(bob).get(f"/api/v1/challenges/{row.challenge_id}/leaderboard").json()
    assert [entry["name"] for entry in board["entries"]] == ["Bob Brown"]
    row.refresh_from_db()
    assert (row.score, row.steps) == (0, 0)
    assert row.left_at is not None
    assert Team.objects.get(pk=row.team_id).score == 7000


def test_who_was_hidden_stays_hidden(api, alice, bob):
    User.objects.filter(pk=alice.pk).update(leaderboard_visibility=Visibility.HIDDEN)
    row = held.take_part(alice, score=9000, hidden=True)
    erase(alice)
    board = api(bob).get(f"/api/v1/challenges/{row.challenge_id}/leaderboard").json()
    assert board["entries"] == []


@pytest.mark.parametrize(
    "body", [None, {}, [], "yes", {"confirm": False}, {"confirm": "true"}, {"confirm": 1}]
)
def test_nothing_happens_without_the_word(api, alice, body):
    answer = api(alice).delete(URL, body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "confirmation_required")
    assert "confirm" in answer.json()["errors"]
    assert User.objects.get(pk=alice.pk).is_active


def test_the_document_says_which_word(client):
    paths = client.get("/api/schema", headers={"Accept": "application/json"}).json()["paths"]
    body = paths[URL]["delete"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["confirm"]["enum"] == [True]
    assert "requestBody" not in paths[URL]["get"]


def test_every_token_stops_at_once(api, alice, client):
    held.fill(alice)
    alice.authenticator_set.all().delete()
    client.post(
        "/_allauth/app/v1/auth/code/request",
        {"email": alice.email},
        content_type="application/json",
    )
    assert alice.email in str(Session.objects.get().get_decoded()), "a code was asked for"
    relay_token = connect_relay(person=alice, provider="healthkit", now=timezone.now())[2]
    mine, other_device = api(alice), api(alice)
    assert mine.delete(URL, YES, format="json").status_code == 204
    for signed in (mine, other_device):
        assert signed.get(URL).status_code == 401
        assert signed.delete(URL, YES, format="json").status_code == 401
    assert not Session.objects.exists()
    pushing = APIClient()
    pushing.credentials(HTTP_AUTHORIZATION=f"Bearer {relay_token}")
    assert upload(pushing, overlapping(timezone.now())).status_code == 401
    again = client.post(
        "/_allauth/app/v1/auth/login",
        {"email": alice.email, "password": PASSWORD},
        content_type="application/json",
    )
    assert again.status_code == 400


def test_a_refresh_token_is_worth_nothing_afterwards(alice, client):
    meta = client.post(
        "/_allauth/app/v1/auth/login",
        {"email": alice.email, "password": PASSWORD},
        content_type="application/json",
    ).json()["meta"]
    erase(alice)
    refresh = {"refresh_token": meta["refresh_token"]}
    url = "/_allauth/app/v1/tokens/refresh"
    assert client.post(url, refresh, content_type="application/json").status_code == 400


def test_grants_are_queued_for_revocation_and_polling_stops(alice, sent):
    held.fill(alice)
    already = Connection.objects.create(
        person=alice,
        provider="fitbit",
        status="disconnected",
        account_id="x",
        connected_at=held.NOON,
    )
    Credential.objects.create(
        connection=already, access_token="left-over", expires_at=timezone.now()
    )
    erase(alice)
    queued = {row.token for row in PendingRevocation.objects.all()}
    assert queued == {"refresh-secret", "left-over"}
    assert ("sync.tasks.revoke_pending", "default") in sent
    assert claims.claim_due(now=timezone.now() + timedelta(days=1), limit=9) == []


def test_a_token_being_refreshed_is_waited_for_and_revoked(alice, meanwhile, monkeypatch):
    held.fill(alice)
    asked, go_on = threading.Event(), threading.Event()

    def slow(*_, **__):
        asked.set()
        assert go_on.wait(10)
        return Grant(
            access_token="newer-access",
            refresh_token="newer-refresh",
            expires_at=timezone.now() + timedelta(hours=8),
            refresh_expires_at=None,
            scopes=None,
        )

    monkeypatch.setattr("integrations.oauth.refresh", slow)
    connection_id = Credential.objects.get().connection_id
    refreshed = meanwhile(tokens.fresh_token, connection_id=connection_id, now=timezone.now())
    assert asked.wait(10)
    erased = meanwhile(erase, alice)
    wait_until_somebody_waits_for_a_lock()
    go_on.set()
    assert refreshed() == "newer-access"
    assert erased() is True
    assert PendingRevocation.objects.get().token == "newer-refresh"


def test_repeating_changes_nothing_and_two_at_once_do_it_once(alice, meanwhile):
    held.fill(alice)
    both = [meanwhile(erase, alice) for _ in range(2)]
    assert sorted(ended() for ended in both) == [False, True]
    left = User.objects.get(pk=alice.pk)
    assert erase(alice) is False
    assert User.objects.get(pk=alice.pk).email == left.email


def test_what_begins_meanwhile_is_erased_with_the_rest(alice, monkeypatch):
    tracker, _ = held.fill(alice)
    real, times = erasure.anonymise, []

    def with_a_late_run(person):
        times.append(person.pk)
        if len(times) == 1:
            Run.objects.create(
                connection_id=tracker.pk, trigger="tap", state="done", requested_at=held.NOON
            )
        real(person)

    monkeypatch.setattr(erasure, "anonymise", with_a_late_run)
    assert erase(alice)
    assert len(times) == 2
    assert not Run.objects.exists()


def phone_of(person):
    _, installation, token = connect_relay(person=person, provider="healthkit", now=timezone.now())
    pushing = APIClient()
    pushing.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return installation, pushing


def nothing_is_held():
    return not any(model.objects.exists() for model in (Sample, Report, Day, Freshness, Run))


def test_an_upload_that_was_let_in_before_stores_nothing_after(alice):
    installation, _ = phone_of(alice)
    let_in = Installation.objects.select_related("connection__person").get(pk=installation.pk)
    erase(alice)
    for store in (
        lambda: relay.note_heartbeat(installation=let_in, status={}, now=timezone.now()),
        lambda: relay.take(installation=let_in, delivery=None, news=None, now=timezone.now()),
    ):
        with pytest.raises(ProblemError, match="disconnected"):
            store()
    assert nothing_is_held()
    assert not Installation.objects.exists()


def test_an_upload_being_stored_is_waited_for_and_erased(alice, meanwhile, monkeypatch):
    _, pushing = phone_of(alice)
    storing, go_on = threading.Event(), threading.Event()
    real = relay.record_days

    def slowly(**what):
        real(**what)
        storing.set()
        assert go_on.wait(10)

    monkeypatch.setattr(relay, "record_days", slowly)
    uploaded = meanwhile(upload, pushing, overlapping(timezone.now()))
    assert storing.wait(10)
    erased = meanwhile(erase, alice)
    wait_until_somebody_waits_for_a_lock()
    go_on.set()
    assert uploaded().status_code == 200
    assert erased() is True
    assert nothing_is_held()


def test_a_crowd_of_uploads_and_a_farewell(alice, meanwhile):
    _, pushing = phone_of(alice)
    barrier = threading.Barrier(5)

    def push():
        barrier.wait()
        return [upload(pushing, overlapping(timezone.now())).status_code for _ in range(4)]

    def leave():
        barrier.wait()
        return erase(alice)

    pushes, left = [meanwhile(push) for _ in range(4)], meanwhile(leave)
    assert left() is True
    assert {code for ended in pushes for code in ended()} <= {200, 401, 410}
    assert nothing_is_held()


def test_a_run_in_flight_writes_nothing_afterwards(alice, monkeypatch):
    tracker, _ = held.fill(alice)
    monkeypatch.setattr(runner, "_fetch", lambda *_: erase(alice) and Fetched(days=()))
    run = Run.objects.get(connection=tracker)
    assert runner.run(run_id=run.pk, clock=timezone.now) is not None
    assert nothing_is_held()
    assert runner.run(run_id=run.pk, clock=timezone.now) is None


def test_an_export_being_made_is_waited_for_and_erased(alice, meanwhile, monkeypatch):
    asked = exports.ask(person=alice, now=timezone.now()).pk
    making, go_on = threading.Event(), threading.Event()

    def slowly(*_, **__):
        yield b"{"
        making.set()
        assert go_on.wait(10)
        yield b"}"

    monkeypatch.setattr("sync.export.document", slowly)
    made = meanwhile(exports.make, export_id=asked, clock=timezone.now)
    assert making.wait(10)
    erased = meanwhile(erase, alice)
    wait_until_somebody_waits_for_a_lock()
    go_on.set()
    assert made() is True
    assert erased() is True
    assert not Export.objects.exists()
    assert not ExportPart.objects.exists()
    assert exports.make(export_id=asked, clock=timezone.now) is False


def test_what_was_let_in_before_begins_nothing_after(alice, acme):
    challenge = ChallengeFactory(organization=acme, ends_on=date(2099, 1, 1))
    erase(alice)
    now = timezone.now()
    for begin in (
        lambda: exports.ask(person=alice, now=now),
        lambda: connect_relay(person=alice, provider="healthkit", now=now),
    ):
        with pytest.raises(ProblemError) as refused:
            begin()
        assert refused.value.status == 401
    with pytest.raises(MembershipRefused):
        join(challenge=challenge, person=alice, now=now)
    for model in (Export, Connection, Participant):
        assert not model.objects.exists()


def test_a_change_let_in_before_does_not_bring_the_person_back(alice):
    erase(alice)
    left = User.objects.values().get(pk=alice.pk)
    request = APIRequestFactory().patch(URL, {"display_name": "Back"}, format="json")
    force_authenticate(request, user=alice)
    assert MeOnBoardsView.as_view()(request).status_code == 401
    assert User.objects.values().get(pk=alice.pk) == left


def test_a_consent_finished_afterwards_connects_nobody(alice):
    attempt = OAuthAttempt.objects.create(
        state_hash="s", person=alice, provider="fitbit", code_verifier="v", expires_at=held.NOON
    )
    erase(alice)
    with pytest.raises(ConnectRefused, match="invalid_state"):
        linking.link(
            attempt=attempt,
            identity=Identity(account_id="a1", label="Alice"),
            grant=Grant(
                access_token="a",
                refresh_token="r",
                expires_at=datetime(2030, 1, 1, tzinfo=UTC),
                refresh_expires_at=None,
                scopes=None,
            ),
            permissions=Permissions(granted=[], missing=[]),
            now=timezone.now(),
        )
    assert not Connection.objects.exists()
