"""Several connections at once, with real commits."""

import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from challenges import (
    boards,
    deletion,
    ladder_postgres,
    membership,
    planning,
    refill,
    results,
    scored_days,
    scoring,
)
from challenges.drift import drifts, frozen_drifts
from challenges.entrants import BOARDS
from challenges.ladder import Ask
from challenges.models import Correction, Participant, Result, Team
from challenges.phases import final_at
from challenges.refusals import MembershipRefused
from steps.models import Day, Report
from tests.factories import NOON, ChallengeFactory, DayFactory, TeamFactory, UserFactory
from users.models import User

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 20)


def in_thread(pool, work, *arguments):
    def run():
        try:
            return work(*arguments)
        finally:
            connection.close()

    return pool.submit(run)


def deliver(person_id, steps, day=TODAY, *, written=None, go_on=None, now=NOON):
    """Do what a sync does: hold the person, change a day, score it, commit."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person_id)
        Day.objects.update_or_create(
            person_id=person_id,
            date=day,
            defaults={
                "steps": steps,
                "steps_with_manual": steps,
                "zone": "UTC",
                "updated_at": NOON,
            },
        )
        scoring.record_days(person_id=person_id, dates=[day], now=now)
        if written:
            written.set()
            assert go_on.wait(10)


def test_who_joins_while_their_steps_arrive_misses_none():
    challenge = ChallengeFactory()
    person = UserFactory(organization=challenge.organization)
    written, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        arriving = in_thread(pool, lambda: deliver(person.pk, 700, written=written, go_on=go_on))
        assert written.wait(10)
        joining = in_thread(
            pool, lambda: membership.join(challenge=challenge, person=person, now=NOON)
        )
        threading.Event().wait(0.3)
        assert not joining.done()
        go_on.set()
        arriving.result(10)
        joining.result(10)
    assert Participant.objects.get().score == 700


def test_two_members_who_walk_at_once_both_count_for_the_team():
    challenge = ChallengeFactory()
    team = TeamFactory(challenge=challenge)
    people = [UserFactory(organization=challenge.organization) for _ in range(2)]
    for person in people:
        membership.join(challenge=challenge, person=person, team=team, now=NOON)
    written, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        one = in_thread(pool, lambda: deliver(people[0].pk, 700, written=written, go_on=go_on))
        assert written.wait(10)
        other = in_thread(pool, deliver, people[1].pk, 50)
        threading.Event().wait(0.3)
        assert not other.done()
        go_on.set()
        one.result(10)
        other.result(10)
    assert Team.objects.get().score == 750


def test_who_joins_during_an_edit_is_scored_by_the_new_rules():
    challenge = ChallengeFactory(starts_on=date(2026, 11, 25))
    person = UserFactory(organization=challenge.organization)
    DayFactory(person=person, date=TODAY, steps=700)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            planning.edit(challenge=challenge, now=NOON, starts_on=TODAY)
            joining = in_thread(
                pool, lambda: membership.join(challenge=challenge, person=person, now=NOON)
            )
            threading.Event().wait(0.3)
            assert not joining.done()
        joining.result(10)
    assert Participant.objects.get().score == 700


def test_joining_from_two_phones_at_once_joins_once():
    challenge = ChallengeFactory()
    person = UserFactory(organization=challenge.organization)
    team = TeamFactory(challenge=challenge)
    DayFactory(person=person, date=TODAY, steps=700)
    start = threading.Barrier(4)

    def join():
        start.wait(10)
        return membership.join(challenge=challenge, person=person, team=team, now=NOON).pk

    with ThreadPoolExecutor(4) as pool:
        tries = [in_thread(pool, join) for _ in range(4)]
        assert len({attempt.result(20) for attempt in tries}) == 1
    assert Team.objects.get().score == 700


def stroll(person, seed):
    dice = random.Random(seed)
    for _ in range(12):
        deliver(person.pk, dice.randrange(20000), TODAY - timedelta(days=dice.randrange(3)))


def upheaval(challenge, person):
    for _ in range(3):
        with transaction.atomic():
            scoring.rescore(challenge_id=challenge.pk, now=NOON)
        membership.leave(challenge=challenge, person=person, now=NOON)
        for board in BOARDS.values():
            refill.build(board, challenge, now=NOON)
        membership.join(challenge=challenge, person=person, now=NOON)


def test_a_crowded_team_ends_with_every_step_and_so_does_its_board():
    """Members of two teams walk, somebody leaves, all is rescored and refilled, all at once."""
    challenge = ChallengeFactory()
    teams = [TeamFactory(challenge=challenge) for _ in range(2)]
    people = [UserFactory(organization=challenge.organization) for _ in range(6)]
    for n, person in enumerate(people):
        membership.join(challenge=challenge, person=person, team=teams[n % 2], now=NOON)
    refill.refill(now=NOON)
    with ThreadPoolExecutor(7) as pool:
        works = [in_thread(pool, stroll, person, n) for n, person in enumerate(people)]
        works.append(in_thread(pool, upheaval, challenge, people[0]))
        for work in works:
            work.result(60)
    assert list(drifts(challenge)) == []
    assert sum(Team.objects.values_list("score", flat=True)) > 0
    for board in BOARDS.values():
        answer = boards.read(board, challenge, Ask(limit=10))
        assert answer == ladder_postgres.read(board, challenge, Ask(limit=10))


def test_two_schedulers_freeze_once():
    challenge = ChallengeFactory()
    people = [UserFactory(organization=challenge.organization) for _ in range(3)]
    for person in people:
        membership.join(challenge=challenge, person=person, now=NOON)
        deliver(person.pk, 100 * person.pk)
    final = final_at(challenge)
    with ThreadPoolExecutor(4) as pool:
        frozen = [
            in_thread(pool, lambda: results.finalise(challenge=challenge, now=final))
            for _ in range(4)
        ]
        assert sum(one.result() is not None for one in frozen) == 1
    assert Result.objects.get().lines.filter(board="people").count() == 3


def test_freezing_waits_for_steps_that_are_being_stored():
    challenge = ChallengeFactory()
    person = UserFactory(organization=challenge.organization)
    membership.join(challenge=challenge, person=person, now=NOON)
    written, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        arriving = in_thread(pool, lambda: deliver(person.pk, 700, written=written, go_on=go_on))
        assert written.wait(10)
        freezing = in_thread(
            pool, lambda: results.finalise(challenge=challenge, now=final_at(challenge))
        )
        assert not freezing.done()
        go_on.set()
        arriving.result()
        result = freezing.result()
    assert result.lines.get(board="people").score == 700
    assert results.agrees(result)


def last_minutes(person, seed, final):
    """Walk on through the end; servers' clocks differ by some seconds."""
    dice = random.Random(seed)
    for step in range(14):
        now = final + timedelta(seconds=step - 7 + dice.randrange(-3, 4))
        day = TODAY - timedelta(days=dice.randrange(3))
        deliver(person.pk, dice.randrange(20_000), day, now=now)


def beat(final):
    """Look again and again whether it is time, as two schedulers by mistake do."""
    return sum(results.finalise_due(now=final + timedelta(seconds=n)) for n in range(-4, 5))


@pytest.mark.parametrize("providers", [[], ["misfit"]])
def test_what_comes_in_during_the_freezing_is_in_the_result_or_beside_it(providers):
    challenge = ChallengeFactory(providers=providers, daily_cap=15_000)
    teams = [TeamFactory(challenge=challenge) for _ in range(2)]
    people = [UserFactory(organization=challenge.organization) for _ in range(5)]
    for n, person in enumerate(people):
        membership.join(challenge=challenge, person=person, team=teams[n % 2], now=NOON)
        Report.objects.create(
            person=person, connection_id=uuid.uuid4(), via="poll", as_of=NOON, received_at=NOON
        )
    final = final_at(challenge)
    with ThreadPoolExecutor(7) as pool:
        works = [in_thread(pool, last_minutes, one, n, final) for n, one in enumerate(people)]
        beats = [in_thread(pool, beat, final) for _ in range(2)]
        for work in works:
            work.result(60)
        assert sum(one.result(60) for one in beats) == 1
    assert list(frozen_drifts(challenge)) == []
    rows = list(Participant.objects.select_related("challenge__organization", "person"))
    now_worth, frozen = scored_days.worths(rows, None), scored_days.kept(rows, None)
    noted = {(one.participant_id, one.date): one for one in Correction.objects.all()}
    for where in now_worth.keys() | frozen.keys():
        before, after = (
            each[where].counted if where in each else None for each in (frozen, now_worth)
        )
        told = (noted[where].frozen, noted[where].counted) if where in noted else (before, before)
        assert told == (before, after)


def test_steps_that_waited_for_the_freezing_change_nothing():
    challenge = ChallengeFactory()
    person = UserFactory(organization=challenge.organization)
    membership.join(challenge=challenge, person=person, now=NOON)
    frozen, go_on = threading.Event(), threading.Event()

    def freeze():
        with transaction.atomic():
            results.finalise(challenge=challenge, now=final_at(challenge))
            frozen.set()
            assert go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        freezing = in_thread(pool, freeze)
        assert frozen.wait(10)
        arriving = in_thread(pool, lambda: deliver(person.pk, 700))
        go_on.set()
        freezing.result()
        arriving.result()
    assert Participant.objects.get().score == 0
    assert Correction.objects.get().counted == 700


def test_the_last_place_in_a_team_is_given_once():
    challenge = ChallengeFactory(team_rules={"largest": 1})
    team = TeamFactory(challenge=challenge)
    people = [UserFactory(organization=challenge.organization) for _ in range(4)]

    def enter(person):
        try:
            membership.join(challenge=challenge, person=person, team=team, now=NOON)
        except MembershipRefused as refusal:
            return refusal.code
        return "joined"

    with ThreadPoolExecutor(4) as pool:
        found = [in_thread(pool, enter, person) for person in people]
        codes = sorted(one.result() for one in found)
    assert codes == ["joined", "team_full", "team_full", "team_full"]


def test_a_team_is_joined_or_deleted_never_both():
    challenge, hr = ChallengeFactory(), UserFactory()
    for _ in range(5):
        team = TeamFactory(challenge=challenge)
        person = UserFactory(organization=challenge.organization)
        with ThreadPoolExecutor(2) as pool:
            joining = in_thread(
                pool,
                lambda team=team, person=person: membership.join(
                    challenge=challenge, person=person, team=team, now=NOON
                ),
            )
            deleting = in_thread(
                pool, lambda team=team: deletion.delete_team(team=team, actor=hr, now=NOON)
            )
            refused = [type(one.exception(10)) for one in (joining, deleting)]
        assert set(refused) == {MembershipRefused, type(None)}
        assert Team.objects.filter(pk=team.pk).exists() == (refused[0] is type(None))
