"""Fresh tokens: one provider call however many ask, and nobody disconnected by mistake."""

import threading
import time
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from integrations import calls, connections
from integrations.connections import fresh_token
from integrations.contract import FetchWindow
from integrations.errors import NeedsReconnect, Rejected, Transient
from integrations.models import ConnectionStatus, Credential
from integrations.registry import config_of, oauth_provider
from tests.factories import NOON, ConnectionFactory
from tests.integrations.conftest import token_body
from tests.integrations.stand_in import Answer
from tests.threads import in_threads


def connected(expires_in=timedelta(hours=1), **fields):
    row = ConnectionFactory(**fields)
    Credential.objects.create(
        connection=row,
        access_token="ya29.old",
        refresh_token="1//old",
        expires_at=NOON + expires_in,
    )
    return row


@pytest.mark.django_db
class TestOneThread:
    def test_a_living_token_is_handed_out_as_it_is(self, google):
        row = connected()
        assert fresh_token(connection_id=row.pk, now=NOON) == "ya29.old"
        assert google.asked == []

    @pytest.mark.parametrize("expires_in", [timedelta(seconds=60), timedelta(days=-1)])
    def test_a_token_near_its_end_is_refreshed_and_stored(self, google, expires_in):
        row = connected(expires_in)
        assert fresh_token(connection_id=row.pk, now=NOON) == "ya29.access-1"
        credential = Credential.objects.get()
        assert credential.access_token == "ya29.access-1"
        assert credential.refresh_token == "1//refresh-1"
        assert credential.expires_at == NOON + timedelta(seconds=3599)
        assert credential.refreshed_at == NOON

    def test_a_rejected_token_is_refreshed_whatever_its_age(self, google):
        row = connected()
        token = fresh_token(connection_id=row.pk, now=NOON, rejected_token="ya29.old")
        assert token == "ya29.access-1"

    def test_a_token_rejected_before_the_last_refresh_is_not_refreshed_again(self, google):
        row = connected()
        assert (
            fresh_token(connection_id=row.pk, now=NOON, rejected_token="ya29.older") == "ya29.old"
        )
        assert google.asked == []

    def test_a_refused_refresh_needs_a_reconnect_and_changes_nothing_itself(self, google):
        google.routes["/token"] = Answer(400, {"error": "invalid_grant"})
        row = connected(timedelta(0))
        with pytest.raises(NeedsReconnect):
            fresh_token(connection_id=row.pk, now=NOON)
        row.refresh_from_db()
        assert row.status == ConnectionStatus.ACTIVE
        assert Credential.objects.get().refresh_token == "1//old"

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            (Answer(401, {"error": "invalid_client"}), Rejected),
            (Answer(503, b""), Transient),
        ],
    )
    def test_a_failure_that_is_not_the_persons_never_needs_a_reconnect(self, google, answer, kind):
        google.routes["/token"] = answer
        with pytest.raises(kind):
            fresh_token(connection_id=connected(timedelta(0)).pk, now=NOON)

    def test_without_a_refresh_token_a_dead_token_needs_a_reconnect(self, google):
        row = connected(timedelta(0))
        Credential.objects.update(refresh_token=None)
        with pytest.raises(NeedsReconnect):
            fresh_token(connection_id=row.pk, now=NOON)

    def test_a_disconnected_connection_has_no_token(self, google):
        row = connected(status=ConnectionStatus.DISCONNECTED)
        with pytest.raises(NeedsReconnect) as caught:
            fresh_token(connection_id=row.pk, now=NOON)
        assert caught.value.cause == "disconnected_by_user"

    def test_a_lost_key_is_the_operators_mistake(self, google, settings):
        row = connected()
        settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
        with pytest.raises(Rejected):
            fresh_token(connection_id=row.pk, now=NOON)


@pytest.mark.django_db
class TestAsking:
    def ask(self, row):
        provider = oauth_provider("fitbit")
        window = FetchWindow(first=NOON.date(), last=NOON.date())
        return calls.ask(
            provider,
            config_of("fitbit"),
            connection_id=row.pk,
            now=NOON,
            question=lambda http: provider.fetch(http, config_of("fitbit"), window, frozenset()),
        )

    def rollup(self, google, accepted):
        def answer(request):
            good = request.headers["Authorization"] == f"Bearer {accepted}"
            return Answer(200, {}) if good else Answer(401, {"error": {}})

        google.routes["/v4/users/me/dataTypes/steps/dataPoints:dailyRollUp"] = answer

    def test_a_refused_token_is_refreshed_once_and_asked_with_again(self, google):
        self.rollup(google, accepted="ya29.access-1")
        assert self.ask(connected()).days == ()
        assert len(google.calls("/token")) == 1

    def test_a_new_token_that_is_refused_too_is_not_believed_at_once(self, google):
        self.rollup(google, accepted="none")
        with pytest.raises(NeedsReconnect) as refused:
            self.ask(connected())
        assert refused.value.cause == "access_denied_everywhere"
        assert len(google.calls("/token")) == 1


@pytest.mark.django_db(transaction=True)
class TestManyThreads:
    def test_twelve_threads_make_one_provider_call(self, google):
        google.routes["/token"] = rotating(google)
        row = connected(timedelta(0))
        tokens = in_threads(12, lambda: fresh_token(connection_id=row.pk, now=NOON))
        assert tokens == ["ya29.access-1"] * 12
        assert len(google.calls("/token")) == 1

    def test_twelve_threads_with_the_same_rejected_token_make_one_provider_call(self, google):
        google.routes["/token"] = rotating(google)
        row = connected()
        tokens = in_threads(
            12,
            lambda: fresh_token(connection_id=row.pk, now=NOON, rejected_token="ya29.old"),
        )
        assert tokens == ["ya29.access-1"] * 12
        assert len(google.calls("/token")) == 1

    def test_disconnecting_does_not_wait_for_a_hanging_refresh(self, google):
        started, release = threading.Event(), threading.Event()

        def hang(request):
            started.set()
            release.wait(5)
            return Answer(body=token_body())

        google.routes["/token"] = hang
        row = connected(timedelta(0))
        refreshing = threading.Thread(
            target=lambda: in_threads(1, lambda: fresh_token(connection_id=row.pk, now=NOON))
        )
        refreshing.start()
        started.wait(5)
        asked = time.monotonic()
        connections.disconnect(connection=row, now=NOON)
        assert time.monotonic() - asked < 1
        release.set()
        refreshing.join()
        assert connections.revoke_pending(now=NOON, limit=10) == 1
        assert not Credential.objects.exists()
        assert google.calls("/revoke")[0].form == {"token": "1//refresh-1"}


def rotating(google):
    """A provider whose refresh tokens work once, as most do."""
    used = set()

    def answer(request):
        token = request.form["refresh_token"]
        if token in used:
            return Answer(400, {"error": "invalid_grant"})
        used.add(token)
        time.sleep(0.2)
        return Answer(body=token_body(len(used)))

    return answer
