"""Due connections are claimed once, whoever polls, and nothing open is forgotten."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection as database

from sync import claims
from sync.models import Run, Schedule
from tests.factories import NOON, ConnectionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def due(count, at=NOON):
    rows = [ConnectionFactory() for _ in range(count)]
    Schedule.objects.bulk_create(Schedule(connection=row, next_sync_at=at) for row in rows)
    return rows


def test_only_what_is_due_and_not_leased_is_claimed():
    due(2)
    due(1, at=NOON + timedelta(minutes=5))
    assert len(claims.claim_due(now=NOON, limit=10)) == 2
    assert claims.claim_due(now=NOON, limit=10) == []


def test_a_claim_whose_worker_died_is_claimed_again():
    due(1)
    first = claims.claim_due(now=NOON, limit=10)
    later = NOON + claims.CLAIM_LEASE + timedelta(seconds=1)
    assert claims.claim_due(now=later, limit=10) == first


def test_clocks_that_differ_by_a_little_do_not_break_a_claim():
    due(1)
    assert len(claims.claim_due(now=NOON + timedelta(seconds=20), limit=10)) == 1
    assert claims.claim_due(now=NOON, limit=10) == []


def test_a_claim_from_a_clock_that_has_gone_back_since_holds_nobody():
    due(1)
    assert len(claims.claim_due(now=NOON + timedelta(hours=5), limit=10)) == 1
    assert len(claims.claim_due(now=NOON, limit=10)) == 1


def test_what_is_due_is_begun_once():
    (row,) = due(1)
    begun = claims.begin(connection_id=row.pk, now=NOON)
    assert (begun.trigger, begun.state, begun.attempt) == ("poll", "running", 1)
    assert claims.begin(connection_id=row.pk, now=NOON) is None
    assert Run.objects.get().lease_until == NOON + claims.RUN_LEASE


def test_what_is_not_due_any_more_is_not_begun():
    (row,) = due(1, at=NOON + timedelta(minutes=1))
    assert claims.begin(connection_id=row.pk, now=NOON) is None
    assert claims.begin(connection_id=uuid.uuid4(), now=NOON) is None
    assert not Run.objects.exists()


def test_a_poll_takes_the_run_that_somebody_waits_for():
    (row,) = due(1)
    tapped = claims.open_or_join(connection_id=row.pk, trigger="tap", now=NOON).run
    begun = claims.begin(connection_id=row.pk, now=NOON)
    assert (begun.pk, begun.trigger) == (tapped.pk, "tap")
    assert claims.take(run_id=tapped.pk, now=NOON) is None


def test_nothing_is_begun_beside_a_run_that_is_running():
    (row,) = due(1)
    claims.begin(connection_id=row.pk, now=NOON)
    Run.objects.create(connection=row, trigger="tap", state="queued", requested_at=NOON)
    assert claims.begin(connection_id=row.pk, now=NOON) is None
    assert sorted(Run.objects.values_list("state", flat=True)) == ["queued", "running"]


def test_a_crowd_of_workers_begins_one_run():
    (row,) = due(1)
    begun, barrier = [], threading.Barrier(6)

    def work():
        barrier.wait()
        begun.append(claims.begin(connection_id=row.pk, now=NOON))
        database.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([each for each in begun if each]) == Run.objects.count() == 1


def test_two_pollers_at_once_never_claim_the_same():
    due(40)
    claimed, barrier = [], threading.Barrier(4)

    def poll():
        barrier.wait()
        for _ in range(10):
            claimed.extend(claims.claim_due(now=NOON, limit=5))
        database.close()

    threads = [threading.Thread(target=poll) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 40


def test_one_run_at_a_time_and_one_waiting_per_connection():
    (row,) = due(1)
    first = claims.open_or_join(connection_id=row.pk, trigger="poll", now=NOON)
    assert claims.open_or_join(connection_id=row.pk, trigger="tap", now=NOON).joined
    assert claims.take(run_id=first.run.pk, now=NOON).attempt == 1
    assert claims.take(run_id=first.run.pk, now=NOON) is None
    waiting = Run.objects.create(connection=row, trigger="tap", state="queued", requested_at=NOON)
    assert claims.take(run_id=waiting.pk, now=NOON) is None


def test_a_run_left_by_a_dead_worker_is_taken_over_and_fenced():
    (row,) = due(1)
    opened = claims.open_or_join(connection_id=row.pk, trigger="poll", now=NOON)
    claims.take(run_id=opened.run.pk, now=NOON)
    later = NOON + claims.RUN_LEASE + timedelta(seconds=1)
    assert claims.forgotten(now=later, older_than=timedelta(seconds=20), limit=9) == [
        (opened.run.pk, "poll")
    ]
    assert claims.take(run_id=opened.run.pk, now=later).attempt == 2


def test_a_crowd_of_taps_opens_one_run():
    (row,) = due(1)
    outcomes, barrier = [], threading.Barrier(6)

    def tap():
        barrier.wait()
        outcomes.append(claims.open_or_join(connection_id=row.pk, trigger="tap", now=NOON).joined)
        database.close()

    threads = [threading.Thread(target=tap) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, True, True, True, True, True]


def test_a_lost_message_is_sent_again_but_not_every_few_seconds():
    (row,) = due(1)
    opened = claims.open_or_join(connection_id=row.pk, trigger="tap", now=NOON)

    def look(seconds):
        at = NOON + timedelta(seconds=seconds)
        return claims.forgotten(now=at, older_than=timedelta(seconds=10), limit=9)

    assert look(5) == []
    assert look(11) == [(opened.run.pk, "tap")]
    assert look(16) == []
    assert look(75) == [(opened.run.pk, "tap")]
    assert claims.take(run_id=opened.run.pk, now=NOON + timedelta(seconds=80)) is not None


def test_a_slow_provider_gets_a_longer_lease_each_time():
    (row,) = due(1)
    opened = claims.open_or_join(connection_id=row.pk, trigger="poll", now=NOON)
    first = claims.take(run_id=opened.run.pk, now=NOON)
    second = claims.take(run_id=opened.run.pk, now=first.lease_until + timedelta(seconds=1))
    assert second.lease_until - second.started_at == 2 * (first.lease_until - first.started_at)
