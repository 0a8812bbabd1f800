"""Calls are counted for all workers, learned from answers, and never stop without Redis."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.conf import settings as django_settings

from integrations import outcomes_seen
from integrations.breaker_rules import Outcome, Word
from integrations.budgets import answers, ledger
from integrations.budgets.allowances import RESERVE, SLOTS, allowances, local
from integrations.budgets.meter import LONGEST_TALK, AccountMeter, _last_talk
from integrations.contract import Quota, QuotaScope
from integrations.errors import OutOfBudget, RateLimited, Transient
from integrations.redis_door import Door

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DEAD_REDIS = "redis://127.0.0.1:1/0"
ACCOUNT = Quota(scope=QuotaScope.ACCOUNT, calls=6, seconds=60)
APP = Quota(scope=QuotaScope.APP, calls=20, seconds=60)


@pytest.fixture(autouse=True)
def empty():
    redis.Redis.from_url(django_settings.CACHE_URL).flushdb()
    ledger.here.forget()
    _last_talk.clear()
    yield
    ledger.here.forget()
    _last_talk.clear()


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def meter(clock):
    def make(account="alice", quotas=(ACCOUNT, APP), interactive=False):
        return AccountMeter("misfit", quotas, account=account, interactive=interactive, clock=clock)

    return make


def spend_all(meter):
    """Spend until refused; returns how many calls were allowed, and the refusal."""
    for allowed in range(1000):
        try:
            meter.spend()
        except OutOfBudget as refused:
            return allowed, refused
    raise AssertionError("nothing ever refused")


def test_an_account_gets_its_calls_and_is_told_when_there_are_more(meter, clock):
    allowed, refused = spend_all(meter())
    assert allowed == ACCOUNT.calls
    assert refused.cause == "provider_rate_limited_user"
    assert NOW < refused.retry_at <= NOW + timedelta(seconds=60 + 60 / SLOTS)
    clock.now = refused.retry_at
    meter().spend()


def test_no_window_ever_holds_more_calls_than_the_quota(meter, clock):
    calls = []
    talk = meter()
    for second in range(110):
        clock.now = NOW + timedelta(seconds=second)
        try:
            talk.spend()
        except OutOfBudget:
            continue
        calls.append(second)
    fullest = max(sum(1 for each in calls if start <= each < start + 60) for start in range(110))
    assert fullest == ACCOUNT.calls
    assert len(calls) > ACCOUNT.calls


def test_taps_keep_a_reserve_of_the_applications_quota(meter):
    quotas = (APP,)
    allowed, refused = spend_all(meter(account="background", quotas=quotas))
    assert allowed == round(APP.calls * (1 - RESERVE))
    assert refused.cause == "provider_rate_limited_app"
    allowed, _ = spend_all(meter(account="tap", quotas=quotas, interactive=True))
    assert allowed == round(APP.calls * RESERVE)


def test_a_call_that_one_limit_refuses_is_not_counted_against_another(meter):
    spend_all(meter(account="alice"))
    used = APP.calls - ledger.left("misfit", [APP], now=NOW)[0].left
    assert used == ACCOUNT.calls


def test_many_threads_together_stay_within_the_quota(meter, clock):
    allowed = []

    def work(number):
        talk = meter(account=f"account-{number}")
        for _ in range(5):
            try:
                talk.spend()
            except OutOfBudget:
                return
            allowed.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == round(APP.calls * (1 - RESERVE))


def test_without_redis_each_process_goes_on_with_a_small_share(meter, settings):
    settings.CACHE_URL = DEAD_REDIS
    share = local(allowances("misfit", [APP], account="", interactive=False)[0])
    allowed, refused = spend_all(meter(quotas=(APP,)))
    assert (allowed, refused.cause) == (share, "provider_rate_limited_app")
    assert 1 <= share < APP.calls / 2
    assert refused.retry_at > NOW


def test_without_redis_a_refusal_is_remembered_in_the_process(meter, settings):
    settings.CACHE_URL = DEAD_REDIS
    meter().refused(RateLimited("slow down", retry_at=NOW + timedelta(minutes=5)))
    with pytest.raises(OutOfBudget) as refused:
        meter().spend()
    assert refused.value.retry_at == NOW + timedelta(minutes=5)
    meter(account="bob").spend()


def test_an_emptied_redis_forgets_and_goes_on(meter):
    spend_all(meter())
    redis.Redis.from_url(django_settings.CACHE_URL).flushdb()
    meter().spend()


def test_a_refused_account_waits_everywhere_and_others_do_not(meter, clock):
    again = NOW + timedelta(minutes=7)
    meter().refused(RateLimited("slow down", retry_at=again))
    with pytest.raises(OutOfBudget) as refused:
        meter(interactive=True).spend()
    assert refused.value.retry_at == again
    meter(account="bob").spend()
    clock.now = again
    meter().spend()


def test_a_refused_application_makes_everybody_wait(meter):
    failure = RateLimited("slow down", cause="provider_rate_limited_app")
    assert meter().refused(failure).retry_at is None
    with pytest.raises(OutOfBudget) as refused:
        meter(account="bob").spend()
    assert refused.value.cause == "provider_rate_limited_app"


def test_many_refused_accounts_mean_that_it_is_everybodys_limit(meter):
    for number in range(ledger.MANY_ACCOUNTS):
        meter(account=f"bystander-{number}").spend()
        meter(account=f"account-{number}").refused(RateLimited("slow down"))
    with pytest.raises(OutOfBudget) as refused:
        meter(account="bystander").spend()
    assert refused.value.retry_at == NOW + ledger.EVERYBODY_RESTS
    assert ledger.blocked_until("misfit", now=NOW) == NOW + ledger.EVERYBODY_RESTS


def test_a_shorter_wait_never_replaces_a_longer_one(meter):
    meter().refused(RateLimited("slow down", retry_at=NOW + timedelta(hours=1)))
    meter().refused(RateLimited("slow down", retry_at=NOW + timedelta(seconds=1)))
    with pytest.raises(OutOfBudget) as refused:
        meter().spend()
    assert refused.value.retry_at == NOW + timedelta(hours=1)


def test_the_provider_may_have_counted_more_than_we_did(meter):
    talk = meter()
    talk.spend()
    talk.learn(200, {"X-RateLimit-Limit": "6", "X-RateLimit-Remaining": "1"})
    allowed, _ = spend_all(talk)
    assert allowed == 1


def test_an_unpublished_limit_is_believed_once_it_is_used_up(meter):
    talk = meter()
    reset = {"Fitbit-Rate-Limit-Reset": "600", "Fitbit-Rate-Limit-Limit": "150"}
    talk.learn(200, reset | {"Fitbit-Rate-Limit-Remaining": "3"})
    talk.spend()
    talk.learn(200, reset | {"Fitbit-Rate-Limit-Remaining": "0"})
    with pytest.raises(OutOfBudget) as refused:
        talk.spend()
    assert refused.value.retry_at == NOW + timedelta(seconds=600)


def test_a_refusal_without_retry_after_takes_the_reset_of_its_headers(meter):
    talk = meter()
    talk.learn(429, {"X-RateLimit-Reset": str(int(NOW.timestamp()) + 900)})
    failure = talk.refused(RateLimited("slow down"))
    assert failure.retry_at == NOW + timedelta(seconds=900)


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-5", "0", "1700000000", "1.7e9", "9" * 40, "٣", "Sat, 21 Nov 2026 09:10:00 GMT"],
)
def test_a_reset_that_says_nothing_breaks_nothing(meter, value):
    told = answers.reset_at({"X-RateLimit-Reset": value}, NOW)
    assert told is None
    talk = meter()
    talk.learn(429, {"X-RateLimit-Reset": value, "X-RateLimit-Remaining": "148"})
    again = talk.refused(RateLimited("slow down")).retry_at
    assert again is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("30.7", 30),
        (str(int(NOW.timestamp()) + 90), 90),
        (str((int(NOW.timestamp()) + 90) * 1000), 90),
        (str(int(NOW.timestamp()) + 10**6), 86400),
    ],
)
def test_a_reset_is_read_in_every_spelling(value, seconds):
    told = answers.reset_at({"X-RateLimit-Reset": value}, NOW)
    assert told == NOW + timedelta(seconds=seconds)


def test_two_limits_in_one_header_are_two():
    told = answers.read({"X-RateLimit-Limit": "200,2000", "X-RateLimit-Usage": "12,2000"}, NOW)
    assert [(each.limit, each.used, each.is_spent) for each in told] == [
        (200, 12, False),
        (2000, 2000, True),
    ]


def test_headers_that_are_no_numbers_tell_nothing():
    assert answers.read({"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "few"}, NOW) == ()


def test_a_talk_that_goes_on_too_long_is_ended(meter, clock):
    talk = meter()
    clock.now = NOW + LONGEST_TALK + timedelta(seconds=1)
    with pytest.raises(Transient, match="too long"):
        talk.spend()


@pytest.fixture
def trips(monkeypatch):
    """Every way to Redis and back."""
    made, ask = [], Door.ask

    def counted(door, work):
        made.append(work)
        return ask(door, work)

    monkeypatch.setattr(Door, "ask", counted)
    return made


def used_of_app():
    return APP.calls - ledger.left("misfit", [APP], now=NOW)[0].left


def talk_of(meter, calls):
    with meter.talk():
        for _ in range(calls):
            meter.spend()


def test_a_talk_like_the_last_one_counts_its_calls_in_one_trip(meter, trips):
    talk_of(meter(account="first"), 3)
    assert len(trips) == 3
    talk_of(meter(account="second"), 3)
    assert len(trips) == 4
    assert used_of_app() == 6


def test_calls_that_were_counted_and_not_made_are_given_back(meter):
    talk_of(meter(account="first"), 3)
    with pytest.raises(Transient):
        broken_off(meter(account="second"))
    assert used_of_app() == 4
    talk_of(meter(account="third"), 2)
    assert used_of_app() == 6


def broken_off(meter):
    with meter.talk():
        meter.spend()
        assert used_of_app() == 6
        raise Transient("no answer")


def test_a_call_is_never_made_in_a_later_slot_than_it_was_counted_in(meter, clock):
    talk_of(meter(account="first"), 2)
    slow = meter(account="second")
    with slow.talk():
        slow.spend()
        clock.now = NOW + timedelta(seconds=60 / SLOTS)
        slow.spend()
    slots = redis.Redis.from_url(django_settings.CACHE_URL).hgetall("budget:misfit:second:60")
    assert list(slots.values()) == [b"1", b"1"]


def test_of_the_calls_wanted_at_once_as_many_are_counted_as_are_left(meter):
    talk_of(meter(), 3)
    talk_of(meter(), 2)
    _last_talk.update(dict.fromkeys(_last_talk, 3))
    last = meter()
    with last.talk():
        last.spend()
        with pytest.raises(OutOfBudget):
            last.spend()
    assert used_of_app() == ACCOUNT.calls


def test_what_a_provider_has_counted_is_held_against_the_calls_made(meter):
    talk_of(meter(account="first"), 3)
    talk = meter()
    with talk.talk():
        talk.spend()
        left = {"X-RateLimit-Limit": "6", "X-RateLimit-Remaining": "2", "X-RateLimit-Reset": "30"}
        talk.learn(200, left)
    slots = redis.Redis.from_url(django_settings.CACHE_URL).hgetall("budget:misfit:alice:60")
    assert list(slots.values()) == [b"4"]


def test_without_redis_a_talk_counts_call_by_call(meter, settings):
    talk_of(meter(account="first"), 3)
    settings.CACHE_URL = DEAD_REDIS
    talk_of(meter(account="second", quotas=(ACCOUNT,)), 2)
    allowed, _ = spend_all(meter(account="second", quotas=(ACCOUNT,)))
    share = allowances("misfit", (ACCOUNT,), account="second", interactive=False)[0]
    assert 2 + allowed == local(share)


def test_accounts_refused_between_others_that_are_served_are_refused_alone():
    for number in range(3 * ledger.MANY_ACCOUNTS):
        ledger.block("fitbit", f"a{number}", until=NOW + timedelta(minutes=5), now=NOW)
        outcomes_seen.served("fitbit", Outcome(word=Word.OK, account=f"b{number}", at=NOW))
    assert ledger.blocked_until("fitbit", now=NOW) is None
