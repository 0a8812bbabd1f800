"""The end of a challenge: everybody is read anew once per phase, spread, however many beats."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection as database

from sync import claims, pulling, sweeps
from sync.models import Run, Schedule, Sweep
from tests.factories import ChallengeFactory, ConnectionFactory, ParticipantFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
OVER = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAR = OVER + timedelta(days=9)


@pytest.fixture
def ending():
    return ChallengeFactory(ends_on=date(2026, 11, 29), grace_hours=48)


def player(challenge, due=FAR, **more):
    person = UserFactory(organization=challenge.organization)
    ParticipantFactory(challenge=challenge, person=person, **more)
    row = ConnectionFactory(person=person)
    return Schedule.objects.create(connection=row, next_sync_at=due)


def due_of(row):
    row.refresh_from_db()
    return row.next_sync_at


def test_everybody_is_due_within_the_phase_and_at_moments_of_their_own(ending):
    rows = [player(ending) for _ in range(12)]
    begin = OVER - 2 * HOUR
    assert sweeps.sweep(now=begin) == 12
    times = [due_of(row) for row in rows]
    assert all(begin <= time <= OVER for time in times)
    assert max(times) - min(times) > HOUR / 4
    assert {row.pulled_by for row in rows} == {Run.Trigger.SWEEP}


@pytest.mark.parametrize("hours", [-4, 4, 44, 49])
def test_between_the_phases_nobody_is_moved(ending, hours):
    row = player(ending)
    assert sweeps.sweep(now=OVER + hours * HOUR) == 0
    assert due_of(row) == FAR


def test_each_phase_happens_once_even_after_the_reading(ending):
    row = player(ending)
    moved = []
    for hours in (-2, -1, 1, 2, 46, 47):
        moved.append(sweeps.sweep(now=OVER + hours * HOUR))
        Schedule.objects.update(next_sync_at=FAR, pulled_by="")
    assert moved == [1, 0, 1, 0, 1, 0]
    assert due_of(row) == FAR
    assert Sweep.objects.filter(done_at__isnull=False).count() == 3


def test_two_beats_at_once_move_everybody_once(ending, monkeypatch):
    monkeypatch.setattr(sweeps, "BATCH", 3)
    rows = [player(ending) for _ in range(20)]
    moved, barrier = [], threading.Barrier(3)

    def beat():
        barrier.wait()
        moved.append(sweeps.sweep(now=OVER - HOUR))
        database.close()

    threads = [threading.Thread(target=beat) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(moved) == 20
    assert all(due_of(row) <= OVER for row in rows)


def test_what_a_crash_left_is_gone_on_with(ending, monkeypatch):
    monkeypatch.setattr(sweeps, "BATCH", 2)
    rows = [player(ending) for _ in range(5)]
    real, calls = pulling.sweep, []

    def dies_the_second_time(**given):
        calls.append(given)
        if len(calls) == 2:
            raise ConnectionError
        return real(**given)

    monkeypatch.setattr(pulling, "sweep", dies_the_second_time)
    with pytest.raises(ConnectionError):
        sweeps.sweep(now=OVER - 2 * HOUR)
    assert sum(due_of(row) < FAR for row in rows) == 2
    assert sweeps.sweep(now=OVER - HOUR) == 3
    assert all(due_of(row) <= OVER for row in rows)


def test_who_is_due_earlier_or_waits_after_a_failure_keeps_their_time(ending):
    soon, held_back, stopped = player(ending, OVER - 2 * HOUR), player(ending), player(ending)
    Schedule.objects.filter(pk=held_back.pk).update(failures=2)
    Schedule.objects.filter(pk=stopped.pk).update(next_sync_at=None)
    assert sweeps.sweep(now=OVER - 2 * HOUR) == 2
    assert due_of(soon) == OVER - 2 * HOUR
    assert (due_of(held_back), held_back.pulled_by) == (FAR, Run.Trigger.SWEEP)
    assert due_of(stopped) is None


def test_who_left_and_drafts_and_other_challenges_are_left_alone(ending):
    left = player(ending, left_at=OVER - 9 * HOUR)
    draft = ChallengeFactory(ends_on=ending.ends_on, published_at=None)
    later = ChallengeFactory(ends_on=date(2026, 12, 9))
    others = [left, player(draft), player(later)]
    assert sweeps.sweep(now=OVER - HOUR) == 0
    assert {due_of(row) for row in others} == {FAR}


def test_a_challenge_whose_end_is_moved_gets_its_phases_again(ending):
    player(ending)
    assert sweeps.sweep(now=OVER - HOUR) == 1
    ending.ends_on = date(2026, 12, 5)
    ending.save()
    Schedule.objects.update(next_sync_at=FAR, pulled_by="")
    assert sweeps.sweep(now=OVER + timedelta(days=6) - HOUR) == 1


def test_the_run_that_follows_is_named_a_sweep(ending):
    row = player(ending)
    sweeps.sweep(now=OVER - HOUR)
    assert claims.claim_due(now=OVER, limit=9) == [row.pk]
    assert claims.begin(connection_id=row.pk, now=OVER).trigger == Run.Trigger.SWEEP
