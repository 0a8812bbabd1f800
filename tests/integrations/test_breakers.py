"""A breaker opens for all workers, lets probes through and remembers why in PostgreSQL."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis
from django.conf import settings as django_settings

from integrations import breakers, outcomes_seen
from integrations.breaker_rules import FIRST_REST, GONE_AFTER, PROBES, UNSERVED_FOR_LONG, Trouble
from integrations.errors import (
    Held,
    HostVanished,
    NeedsReconnect,
    ProviderFailure,
    RateLimited,
    Rejected,
    Transient,
)
from integrations.models import Breaker
from integrations.supervision import supervised

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DEAD_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def nothing_seen():
    outcomes_seen.forget("misfit")
    outcomes_seen._here.clear()
    breakers._calm_until.clear()
    yield
    outcomes_seen._here.clear()


def talk(ending=None, *, now=NOW, account=None):
    """One talk for an account of its own; returns what came out of it."""
    try:
        with supervised(provider="misfit", account=account or str(uuid4()), now=now):
            if ending is not None:
                raise ending
    except ProviderFailure as failure:
        return failure
    return None


def storm(failure, *, accounts=6, start=NOW):
    return [talk(failure, now=start + n * UNSERVED_FOR_LONG / 5) for n in range(accounts)]


def row():
    return Breaker.objects.get(provider="misfit")


def emptied_redis():
    redis.Redis.from_url(django_settings.CACHE_URL).flushdb()


def dead_redis(settings):
    settings.CACHE_URL = DEAD_REDIS


def test_an_outage_of_everybody_is_recognised_and_nobody_asks_any_more():
    storm(Transient("GET /day answered 503"))
    assert (row().state, row().kind, row().detail) == ("open", "outage", "GET /day answered 503")
    later = NOW + UNSERVED_FOR_LONG + timedelta(seconds=1)
    refused = talk(now=later)
    assert isinstance(refused, Held)
    assert refused.cause == "provider_outage"
    assert refused.retry_at == row().retry_at > later


def test_trouble_of_one_account_leaves_the_others_alone():
    for n in range(20):
        talk(
            Transient("503"),
            account="11111111-1111-1111-1111-111111111111",
            now=NOW + timedelta(seconds=n),
        )
    assert talk(now=NOW + timedelta(seconds=21)) is None
    assert not Breaker.objects.exists()


def test_an_emptied_redis_forgets_no_open_breaker():
    storm(Transient("503"))
    emptied_redis()
    assert isinstance(talk(now=NOW + UNSERVED_FOR_LONG + timedelta(seconds=1)), Held)


def test_without_redis_a_process_goes_by_what_it_sees_itself(settings):
    dead_redis(settings)
    storm(Transient("503"))
    assert row().state == "open"
    assert isinstance(talk(now=NOW + UNSERVED_FOR_LONG + timedelta(seconds=1)), Held)


def test_one_probe_at_a_time_goes_through_after_the_rest():
    storm(Transient("503"))
    due = row().retry_at
    with supervised(provider="misfit", account="probe", now=due):
        assert isinstance(talk(now=due), Held)
    assert talk(now=due) is None


def test_a_good_probe_closes_it():
    storm(Transient("503"))
    due = row().retry_at
    assert talk(now=due) is None
    assert (row().state, row().closed_at) == ("closed", due)


@pytest.mark.parametrize("redis_is_there", [True, False])
def test_a_provider_that_serves_one_in_ten_is_still_asked(settings, redis_is_there):
    if not redis_is_there:
        dead_redis(settings)
    for n in range(200):
        talk(None if n % 10 == 0 else Transient("503"), now=NOW + timedelta(seconds=n))
    assert not Breaker.objects.filter(state="open").exists()


def test_failing_probes_keep_it_open_for_longer():
    storm(Transient("503"))
    due = row().retry_at
    for _ in range(PROBES):
        assert row().retry_at == due
        talk(Transient("still 503"), now=due)
    assert (row().state, row().detail) == ("open", "still 503")
    assert row().retry_at == due + 2 * FIRST_REST


def test_a_probe_that_dies_frees_its_place():
    storm(Transient("503"))
    due = row().retry_at
    with (
        pytest.raises(ZeroDivisionError),
        supervised(provider="misfit", account="probe", now=due),
    ):
        raise ZeroDivisionError
    assert talk(now=due) is None


def test_a_probe_that_is_rate_limited_says_nothing():
    storm(Transient("503"))
    due = row().retry_at
    assert isinstance(talk(RateLimited("429"), now=due), RateLimited)
    assert (row().probes_failed, row().probing_until) == (0, None)


def test_a_probe_whose_worker_was_killed_is_replaced_after_its_lease():
    storm(Transient("503"))
    due = row().retry_at
    assert breakers.admit(provider="misfit", now=due) == breakers.Pass.PROBE
    assert isinstance(talk(now=due + timedelta(minutes=1)), Held)
    assert talk(now=due + breakers.PROBE_LEASE + timedelta(seconds=1)) is None


def test_a_storm_of_withdrawn_consents_is_not_believed():
    endings = storm(NeedsReconnect("invalid_grant"), accounts=8)
    believed = [each for each in endings if isinstance(each, NeedsReconnect)]
    assert len(believed) == 4
    assert all(isinstance(each, Held) for each in endings[4:])
    assert row().kind == "revocation"
    assert len(row().doubted) == 5


def test_a_withdrawn_consent_among_successes_is_believed_at_once():
    for n in range(10):
        moment = NOW + timedelta(seconds=n)
        assert talk(now=moment) is None
        assert isinstance(talk(NeedsReconnect("invalid_grant"), now=moment), NeedsReconnect)
    assert not Breaker.objects.exists()


def test_a_probe_in_a_storm_is_doubted_too():
    storm(NeedsReconnect("invalid_grant"))
    assert isinstance(talk(NeedsReconnect("invalid_grant"), now=row().retry_at), Held)


def test_what_the_person_did_here_is_no_sign_of_a_storm():
    storm(NeedsReconnect("no tokens", cause="disconnected_by_user"), accounts=9)
    assert not Breaker.objects.exists()


def test_an_operators_fault_is_remembered_until_a_call_succeeds():
    failure = talk(Rejected("the token endpoint refused our client: invalid_client"))
    assert isinstance(failure, Rejected)
    assert (row().state, row().fault_at) == ("closed", NOW)
    assert "invalid_client" in row().fault_detail
    talk(now=NOW + timedelta(seconds=1))
    assert (row().fault_at, row().fault_detail) == (None, "")


def test_an_operators_fault_for_everybody_stops_the_asking():
    storm(Rejected("API switched off"))
    assert (row().state, row().kind) == ("open", "operator")
    refused = talk(now=NOW + UNSERVED_FOR_LONG + timedelta(seconds=1))
    assert (type(refused), refused.cause) == (Held, "app_misconfigured")


def test_a_host_that_stays_away_for_days_has_gone():
    storm(HostVanished("NameResolutionError"))
    since = row().vanished_since
    assert since is not None
    talk(HostVanished("NameResolutionError"), now=since + timedelta(days=1))
    assert row().kind == "outage"
    talk(HostVanished("NameResolutionError"), now=since + GONE_AFTER)
    assert row().kind == "gone"


def test_a_host_that_answered_in_between_has_not_gone():
    storm(HostVanished("SSLError"))
    since = row().vanished_since
    talk(Transient("503"), now=since + timedelta(days=6))
    talk(HostVanished("SSLError"), now=since + GONE_AFTER)
    assert row().kind == "outage"


def test_an_operator_can_have_it_asked_again():
    storm(Transient("503"))
    breakers.reopen(provider="misfit", now=NOW + UNSERVED_FOR_LONG + timedelta(seconds=1))
    assert talk(now=NOW + UNSERVED_FOR_LONG + timedelta(seconds=1)) is None
    assert row().state == "closed"


def test_what_another_process_has_seen_is_known_here_a_second_later(monkeypatch):
    assert talk() is None
    breakers._open("misfit", Trouble.OUTAGE, set(), NOW)
    breakers._calm_until["misfit"] = time.monotonic() + breakers.CALM_SECONDS
    assert talk() is None
    later = time.monotonic() + breakers.CALM_SECONDS
    monkeypatch.setattr("integrations.breakers.time.monotonic", lambda: later)
    assert isinstance(talk(), Held)
