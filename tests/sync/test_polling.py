"""Polling through everything that goes wrong around it: no double, no gap, no bad neighbour."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection as database

from integrations import registry
from integrations.contract import DayTotal, Fetched
from integrations.errors import Transient
from integrations.models import Connection
from sync import claims, polling, pulling, runner, sweeps
from sync.models import Run, Schedule
from tests.factories import (
    NOON,
    ChallengeFactory,
    ConnectionFactory,
    ParticipantFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that a test sets; each look takes ``step``."""

    def __init__(self, now=NOON, step=timedelta(0)):
        self.now, self.step = now, step

    def __call__(self):
        self.now += self.step
        return self.now


class Provider:
    """Stands in for asking a provider: counts, and does what a test wants done meanwhile."""

    def __init__(self):
        self.asked, self.windows, self.meanwhile = [], [], {}
        self.steps = 5000

    def fetch(self, work, window, now):
        self.asked.append(work.connection.pk)
        self.windows.append(window)
        self.meanwhile.get(work.connection.pk, lambda: None)()
        return Fetched(days=(DayTotal(date=window.last, steps=self.steps),))


@pytest.fixture
def provider(monkeypatch):
    stand_in = Provider()
    monkeypatch.setattr(runner, "_fetch", stand_in.fetch)
    return stand_in


@pytest.fixture
def handed(monkeypatch):
    """What is handed to the workers, as lists of connections."""
    sent = []
    monkeypatch.setattr(
        "sync.dispatch.poll", lambda *, connection_ids: sent.append(list(connection_ids))
    )
    return sent


@pytest.fixture
def woken(monkeypatch):
    sent = []
    monkeypatch.setattr("sync.dispatch.wake", lambda *, run_id, trigger: sent.append(trigger))
    return sent


def due(count, at=NOON):
    rows = [ConnectionFactory() for _ in range(count)]
    Schedule.objects.bulk_create(Schedule(connection=row, next_sync_at=at) for row in rows)
    return [row.pk for row in rows]


def raising(error):
    def fail():
        raise error

    return fail


def poll(ids, clock=None):
    return polling.poll_some(connection_ids=ids, clock=clock or Clock())


def states():
    return dict(Run.objects.values_list("connection_id", "state"))


def test_messages_are_short_when_there_is_little_and_never_longer_than_ten():
    assert [len(part) for part in polling.parts([*range(5)])] == [1] * 5
    assert {len(part) for part in polling.parts([*range(200)])} == {6, 2}
    sizes = [len(part) for part in polling.parts([*range(1000)])]
    assert (max(sizes), sum(sizes)) == (10, 1000)


def test_one_bad_account_never_affects_the_others(provider, woken):
    ids = due(5)
    provider.meanwhile[ids[1]] = raising(Transient("down"))
    provider.meanwhile[ids[2]] = raising(RuntimeError("a bug of ours"))
    provider.meanwhile[ids[3]] = lambda: Connection.objects.filter(pk=ids[3]).update(
        status="disconnected", reason="disconnected_by_user"
    )
    assert poll(ids) == 5
    assert states() == dict(zip(ids, ["done", "failed", "failed", "failed", "done"], strict=True))
    waits = dict(Schedule.objects.values_list("pk", "next_sync_at"))
    assert waits[ids[3]] is None
    assert all(waits[each] > NOON for each in (ids[0], ids[1], ids[2], ids[4]))


def test_a_message_that_comes_twice_is_done_once(provider, woken):
    ids = due(3)
    assert [poll(ids), poll(ids)] == [3, 0]
    assert len(provider.asked) == Run.objects.count() == 3


def test_whoever_is_behind_a_slow_account_gets_a_message_of_their_own(provider, woken, handed):
    ids, clock = due(4), Clock()
    provider.meanwhile[ids[1]] = lambda: setattr(clock, "now", clock.now + polling.PATIENCE)
    assert poll(ids, clock) == 2
    assert handed == [[ids[2]], [ids[3]]]


def test_a_run_that_waited_behind_a_poll_is_woken(provider, woken):
    (pk,) = due(1)
    provider.meanwhile[pk] = lambda: Run.objects.create(
        connection_id=pk, trigger="webhook", state="queued", requested_at=NOON
    )
    poll([pk])
    assert woken == ["webhook"]


def test_two_poll_loops_and_their_workers_read_everybody_once(provider, woken):
    ids, barrier = due(30), threading.Barrier(4)

    def loop():
        barrier.wait()
        while claimed := claims.claim_due(now=NOON, limit=4):
            poll(claimed)
        database.close()

    threads = [threading.Thread(target=loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(provider.asked) == sorted(ids)
    assert set(states().values()) == {"done"}


def test_a_message_read_while_the_same_account_is_just_being_finished_is_dropped(provider, woken):
    """It saw the account due, and its own run could begin only once the other had ended."""
    (pk,) = due(1)
    late = claims.begin(connection_id=pk, now=NOON)
    Schedule.objects.filter(pk=pk).update(next_sync_at=NOON + MINUTE)
    assert late is not None
    Run.objects.all().delete()
    Schedule.objects.filter(pk=pk).update(next_sync_at=NOON)
    begin = claims.begin

    def finished_meanwhile(**given):
        begun = begin(**given)
        Schedule.objects.filter(pk=pk).update(next_sync_at=NOON + MINUTE)
        return begun

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "begin", finished_meanwhile)
        assert poll([pk]) == 0
    assert (provider.asked, Run.objects.count()) == ([], 0)


def test_a_paused_poller_loses_its_claim_and_nobody_is_forgotten(provider, woken):
    """Claimed and never handed out: the lease ends, the next loop claims again."""
    ids = due(2)
    assert sorted(claims.claim_due(now=NOON, limit=9)) == sorted(ids)
    assert claims.claim_due(now=NOON + MINUTE, limit=9) == []
    later = NOON + claims.CLAIM_LEASE + MINUTE
    assert poll(claims.claim_due(now=later, limit=9), Clock(later)) == 2


def test_a_paused_worker_writes_nothing_once_its_run_was_taken_over(provider, woken):
    (pk,) = due(1)
    later = NOON + 5 * MINUTE

    def frozen_meanwhile():
        provider.meanwhile.clear()
        provider.steps = 6000
        run = Run.objects.get()
        assert runner.run(run_id=run.pk, clock=Clock(later)).state == "done"
        provider.steps = 5000

    provider.meanwhile[pk] = frozen_meanwhile
    poll([pk])
    run = Run.objects.get()
    assert (run.attempt, run.finished_at, run.state) == (2, later, "done")
    assert Connection.objects.get(pk=pk).last_synced_at == later


def test_a_clock_that_jumps_ahead_polls_everybody_once_and_not_for_every_hour(provider, woken):
    ids = due(3)
    for clock in (Clock(), Clock(NOON + timedelta(hours=9))):
        while claimed := claims.claim_due(now=clock.now, limit=2):
            poll(claimed, clock)
    assert sorted(provider.asked) == sorted(ids * 2)


def test_a_run_that_a_jump_ahead_took_over_is_stored_once(provider, woken):
    """The clock jumps while the provider is asked: the lease looks ended, the attempt decides."""
    (pk,) = due(1)
    clock = Clock()

    def jump():
        provider.meanwhile.clear()
        clock.now += timedelta(hours=2)
        (found,) = claims.forgotten(now=clock.now, older_than=MINUTE, limit=9)
        runner.run(run_id=found[0], clock=clock)

    provider.meanwhile[pk] = jump
    poll([pk], clock)
    assert Run.objects.get().attempt == 2
    assert Schedule.objects.get().next_sync_at > clock.now


def test_a_clock_that_went_back_leaves_no_gap(provider, woken):
    """What was set while it was a year ahead is read within half an hour of its mending."""
    wrong = Clock(NOON + timedelta(days=365))
    ids = due(3)
    poll(claims.claim_due(now=wrong.now, limit=9), wrong)
    provider.asked.clear()
    assert claims.claim_due(now=NOON, limit=9) == []
    assert pulling.mend(now=NOON) == 3
    assert pulling.mend(now=NOON) == 0
    later = NOON + pulling.MEND_WITHIN
    assert poll(claims.claim_due(now=later, limit=9), Clock(later)) == 3
    assert sorted(provider.asked) == sorted(ids)
    assert all(row.next_sync_at < later + timedelta(hours=8) for row in Schedule.objects.all())


def test_a_run_left_running_by_a_clock_that_was_ahead_is_taken_over(provider, woken):
    (pk,) = due(1)
    run = claims.begin(connection_id=pk, now=NOON + timedelta(days=2))
    Run.objects.update(requested_at=NOON - MINUTE)
    ((found, _),) = claims.forgotten(now=NOON, older_than=timedelta(seconds=10), limit=9)
    assert found == run.pk
    assert runner.run(run_id=found, clock=Clock()).state == "done"


def test_due_times_that_are_given_are_never_mended():
    due(1, at=NOON + timedelta(hours=24))
    due(1, at=NOON - timedelta(days=9))
    assert pulling.mend(now=NOON) == 0


def test_a_crash_pushes_the_account_ahead_farther_each_time(provider, woken):
    (pk,) = due(1)
    provider.meanwhile[pk] = raising(ZeroDivisionError())
    clock, waits = Clock(), []
    for _ in range(4):
        poll([pk], clock)
        row = Schedule.objects.get()
        waits.append(row.next_sync_at - clock.now)
        assert claims.claim_due(now=clock.now, limit=9) == []
        clock.now = row.next_sync_at
    assert row.failures == 4
    assert waits[3] > waits[0]
    assert set(Run.objects.values_list("cause", flat=True)) == {"our_error_retrying"}


def test_a_run_that_kills_its_workers_is_pushed_ahead_after_some_attempts(provider, woken):
    (pk,) = due(1)
    clock = Clock()
    run = claims.begin(connection_id=pk, now=clock.now)
    for _ in range(runner.MOST_ATTEMPTS - 1):
        clock.now += 2 * claims.LONGEST_RUN_LEASE
        assert claims.take(run_id=run.pk, now=clock.now) is not None
    clock.now += 2 * claims.LONGEST_RUN_LEASE
    ended = runner.run(run_id=run.pk, clock=clock)
    assert (ended.state, ended.detail) == ("failed", "WorkersDied")
    assert provider.asked == []
    assert Schedule.objects.get().next_sync_at > clock.now


def test_a_webhook_provider_that_went_silent_is_polled_at_the_normal_interval(
    provider, woken, settings, monkeypatch
):
    settings.POLL_INTERVAL_SECONDS = 900
    monkeypatch.setattr("sync.pace.random.random", lambda: 0.5)
    (pk,) = due(1)
    row = Connection.objects.select_related("person").get(pk=pk)
    ParticipantFactory(
        challenge=ChallengeFactory(organization=row.person.organization), person=row.person
    )
    monkeypatch.setattr(
        "integrations.providers.fitbit.provider.PROVIDER.capabilities", _with_webhooks()
    )
    clock, waits = Clock(), []
    Schedule.objects.update(last_webhook_at=NOON + MINUTE)
    Connection.objects.update(last_data_at=NOON)
    for heard, steps in ((None, 5000), (None, 5000), (None, 6000), (NOON, 6000)):
        if heard:
            Schedule.objects.update(last_webhook_at=clock.now)
        Schedule.objects.update(next_sync_at=clock.now)
        provider.steps = steps
        poll([pk], clock)
        waits.append(Schedule.objects.get().next_sync_at - clock.now)
        clock.now += 10 * MINUTE
    assert waits == [180 * MINUTE, 180 * MINUTE, 15 * MINUTE, 180 * MINUTE]


def _with_webhooks():
    return replace(registry.get("fitbit").capabilities, webhooks=True)


def test_a_sweep_reads_the_whole_challenge_and_then_the_usual_days_again(provider, woken):
    (pk,) = due(1)
    row = Connection.objects.select_related("person").get(pk=pk)
    challenge = ChallengeFactory(organization=row.person.organization, starts_on=date(2026, 10, 1))
    ParticipantFactory(challenge=challenge, person=row.person)
    clock = Clock()
    poll([pk], clock)
    pulling.sweep(person_ids=[row.person_id], within=MINUTE, now=clock.now)
    for _ in range(2):
        clock.now = Schedule.objects.get().next_sync_at
        poll([pk], clock)
    assert [each.trigger for each in Run.objects.order_by("requested_at")] == [
        "poll",
        "sweep",
        "poll",
    ]
    assert provider.windows[1].first == challenge.starts_on
    assert (provider.windows[2].last - provider.windows[2].first).days == 2


def test_a_sweep_that_begins_while_the_account_is_read_is_followed_once_more(provider, woken):
    (pk,) = due(1)
    person = Connection.objects.get(pk=pk).person_id
    clock = Clock(step=timedelta(milliseconds=1))

    def swept():
        provider.meanwhile.clear()
        pulling.sweep(person_ids=[person], within=MINUTE, now=clock())

    provider.meanwhile[pk] = swept
    poll([pk], clock)
    row = Schedule.objects.get()
    assert (row.pulled_by, row.next_sync_at <= clock.now) == ("sweep", True)
    poll([pk], clock)
    row.refresh_from_db()
    assert (row.pulled_by, row.next_sync_at > clock.now) == ("", True)


def test_a_failed_sweep_is_still_a_sweep_when_it_is_tried_again(provider, woken):
    (pk,) = due(1)
    person = Connection.objects.get(pk=pk).person_id
    pulling.sweep(person_ids=[person], within=MINUTE, now=NOON)
    provider.meanwhile[pk] = raising(Transient("down"))
    poll([pk])
    provider.meanwhile.clear()
    clock = Clock(Schedule.objects.get().next_sync_at)
    poll([pk], clock)
    assert list(Run.objects.values_list("trigger", "state").order_by("requested_at")) == [
        ("sweep", "failed"),
        ("sweep", "done"),
    ]
    assert sweeps.sweep(now=NOON) == 0


def test_an_interval_longer_than_a_day_is_not_taken_for_a_wrong_clock(settings):
    settings.POLL_INTERVAL_SECONDS = 3 * 86400
    due(1, at=NOON + timedelta(days=3))
    assert pulling.mend(now=NOON) == 0
    due(1, at=NOON + timedelta(days=5))
    assert pulling.mend(now=NOON) == 1
