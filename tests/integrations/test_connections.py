"""Relay tokens, disconnecting, marking and revoking."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from integrations import connections
from integrations.connections import ConnectRefused
from integrations.models import (
    Connection,
    ConnectionStatus,
    Credential,
    Device,
    Installation,
    PendingRevocation,
)
from integrations.registry import UnknownProvider
from tests.factories import NOON, ConnectionFactory
from tests.integrations.stand_in import Answer
from tests.integrations.test_tokens import connected, in_threads


@pytest.mark.django_db
class TestRelay:
    def test_a_token_is_shown_once_and_kept_as_a_hash(self, alice):
        connection, installation, token = connections.connect_relay(
            person=alice, provider="healthkit", now=NOON
        )
        assert connection.status == ConnectionStatus.ACTIVE
        assert connection.account_id == ""
        assert installation.platform == "ios"
        assert token not in installation.token_hash
        assert len(token) >= 43
        assert connections.installation_for_token(token) == installation

    def test_connecting_again_is_the_same_row_with_a_new_token(self, alice):
        first, _, old = connections.connect_relay(person=alice, provider="healthkit", now=NOON)
        again, _, new = connections.connect_relay(person=alice, provider="healthkit", now=NOON)
        assert again.pk == first.pk
        assert connections.installation_for_token(old).revoked_at == NOON
        assert connections.installation_for_token(new).revoked_at is None

    def test_disconnecting_stops_the_phone_and_connecting_resumes(self, alice):
        row, _, token = connections.connect_relay(person=alice, provider="healthkit", now=NOON)
        connections.disconnect(connection=row, now=NOON)
        assert connections.installation_for_token(token).revoked_at == NOON
        again, _, _ = connections.connect_relay(person=alice, provider="healthkit", now=NOON)
        assert (again.pk, again.status) == (row.pk, ConnectionStatus.ACTIVE)

    @pytest.mark.parametrize("token", ["", "nonsense", "\ud800", "x" * 10_000])
    def test_an_unknown_token_belongs_to_nobody(self, token):
        assert connections.installation_for_token(token) is None

    def test_a_cloud_is_no_relay_and_a_relay_no_cloud(self, alice):
        with pytest.raises(UnknownProvider):
            connections.connect_relay(person=alice, provider="fitbit", now=NOON)
        with pytest.raises(UnknownProvider):
            connections.begin_oauth(person=alice, provider="healthkit", return_to="", now=NOON)

    def test_a_relay_that_is_not_offered_is_refused(self, alice, settings):
        settings.PROVIDERS = {"healthkit": {"status": "disabled"}}
        with pytest.raises(ConnectRefused, match="provider_disabled_by_admin"):
            connections.connect_relay(person=alice, provider="healthkit", now=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_phones_connecting_at_once_share_one_row(alice):
    done = in_threads(
        6, lambda: connections.connect_relay(person=alice, provider="healthkit", now=NOON)
    )
    assert len({connection.pk for connection, _, _ in done}) == 1
    assert Installation.objects.filter(revoked_at=None).count() == 1


@pytest.mark.django_db
class TestDisconnect:
    def test_it_needs_no_provider(self, google):
        google.close()
        row = connected()
        Device.objects.create(connection=row, external_id="1", name="Charge 6", kind="tracker")
        after = connections.disconnect(connection=row, now=NOON)
        assert (after.status, after.reason) == ("disconnected", "disconnected_by_user")
        assert after.disconnected_at == NOON
        assert not Credential.objects.exists()
        assert not Device.objects.exists()
        pending = PendingRevocation.objects.get()
        assert (pending.token, pending.account_id) == ("1//old", row.account_id)

    def test_twice_is_once(self, google):
        row = connected()
        connections.disconnect(connection=row, now=NOON)
        after = connections.disconnect(connection=row, now=NOON + timedelta(days=1))
        assert after.disconnected_at == NOON
        assert PendingRevocation.objects.count() == 1

    def test_it_works_with_a_lost_key(self, google, settings):
        row = connected()
        settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
        after = connections.disconnect(connection=row, now=NOON)
        assert after.status == ConnectionStatus.DISCONNECTED
        assert not Credential.objects.exists()


@pytest.mark.django_db
class TestMarking:
    def test_an_active_connection_is_marked_with_its_cause(self):
        row = ConnectionFactory()
        assert connections.mark_needs_reconnect(connection=row, cause="scope_missing", now=NOON)
        row.refresh_from_db()
        assert (row.status, row.reason) == ("needs_reconnect", "scope_missing")

    def test_a_failure_from_before_a_new_consent_is_ignored(self):
        row = ConnectionFactory(connected_at=NOON)
        before = NOON - timedelta(seconds=5)
        assert not connections.mark_needs_reconnect(connection=row, cause="x", now=before)
        assert row.status == ConnectionStatus.ACTIVE

    def test_a_disconnected_connection_stays_so(self):
        row = ConnectionFactory(status=ConnectionStatus.DISCONNECTED)
        assert not connections.mark_needs_reconnect(connection=row, cause="x", now=NOON)


@pytest.mark.django_db
class TestRevoking:
    def pending(self, **fields):
        return PendingRevocation.objects.create(
            **{
                "provider": "fitbit",
                "account_id": "gone",
                "token": "1//gone",
                "next_attempt_at": NOON,
                "created_at": NOON,
            }
            | fields
        )

    def test_a_due_token_is_revoked(self, google):
        self.pending()
        assert connections.revoke_pending(now=NOON, limit=10) == 1
        assert google.calls("/revoke")[0].form == {"token": "1//gone"}
        assert not PendingRevocation.objects.exists()

    def test_a_failure_is_tried_again_later_and_later(self, google):
        google.routes["/revoke"] = Answer(503)
        self.pending()
        pauses = []
        now = NOON
        for _ in range(9):
            assert connections.revoke_pending(now=now, limit=10) == 0
            later = PendingRevocation.objects.get().next_attempt_at
            pauses.append(later - now)
            now = later
        assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
        assert connections.revoke_pending(now=now, limit=10) == 1
        assert not PendingRevocation.objects.exists()

    def test_it_is_given_up_after_a_week(self, google):
        google.routes["/revoke"] = Answer(503)
        self.pending(created_at=NOON - timedelta(days=8))
        assert connections.revoke_pending(now=NOON, limit=10) == 1
        assert not PendingRevocation.objects.exists()

    def test_an_account_that_is_connected_is_never_revoked(self, google):
        ConnectionFactory(account_id="gone", status=ConnectionStatus.NEEDS_RECONNECT)
        self.pending()
        assert connections.revoke_pending(now=NOON, limit=10) == 1
        assert google.asked == []

    def test_what_is_not_due_waits(self, google):
        self.pending(next_attempt_at=NOON + timedelta(seconds=1))
        assert connections.revoke_pending(now=NOON, limit=10) == 0

    def test_the_limit_holds(self, google):
        for number in range(3):
            self.pending(account_id=str(number))
        assert connections.revoke_pending(now=NOON, limit=2) == 2

    def test_a_provider_that_left_the_code_is_let_go(self, google):
        self.pending(provider="no-such-folder")
        assert connections.revoke_pending(now=NOON, limit=10) == 1

    def test_a_lost_key_does_not_stop_the_others(self, google, settings):
        settings_keys = settings.TOKEN_KEYS
        settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
        self.pending(account_id="unreadable")
        settings.TOKEN_KEYS = settings_keys
        self.pending()
        assert connections.revoke_pending(now=NOON, limit=10) == 1
        assert len(google.calls("/revoke")) == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_callback_makes_one_connection(google, alice):
    from tests.integrations.test_consent import begin, come_back

    state = begin(alice)["state"]
    done = in_threads(4, lambda: come_back(state))
    assert sorted(type(item).__name__ for item in done) == ["ConnectRefused"] * 3 + ["Connected"]
    assert Connection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_walks_of_one_person_ending_at_once_make_one_connection(google, alice):
    from tests.integrations.test_consent import begin, come_back

    states = [begin(alice)["state"] for _ in range(4)]
    done = in_threads(4, lambda: come_back(states.pop()))
    assert len({item.connection.pk for item in done}) == 1
    assert Credential.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_linking_one_account_at_once_leave_it_to_one(google, alice, bob):
    from tests.integrations.test_consent import begin, come_back

    states = [begin(alice)["state"], begin(bob)["state"]]
    done = in_threads(2, lambda: come_back(states.pop()))
    refusals = [item.code for item in done if isinstance(item, ConnectRefused)]
    assert refusals == ["account_linked_elsewhere"]
    assert Connection.objects.count() == 1
    assert not PendingRevocation.objects.exists()
