"""The end under stress: far zones, no grace, clocks that jump, two schedulers, races that close."""

import uuid
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from challenges import choosing, closing, movement, results
from challenges.models import (
    AuditEntry,
    Challenge,
    Correction,
    Participant,
    Result,
    ResultLine,
    Team,
)
from challenges.phases import OPEN_END, final_at
from challenges.tasks import finalise_challenges
from steps.models import Report
from tests.factories import NOON, ChallengeFactory, ParticipantFactory, TeamFactory, UserFactory
from users.models import Group

LAST = date(2026, 11, 30)
MINUTE = timedelta(minutes=1)


def test_the_last_minute_of_the_last_zone_counts_without_grace(acme, challenge, join, walk):
    challenge.grace_hours = 0
    challenge.save()
    west = UserFactory(organization=acme, timezone="Etc/GMT+12")
    east = UserFactory(organization=acme, timezone="Pacific/Kiritimati")
    join(west)
    join(east)
    end = final_at(challenge)
    assert end == datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert west.calendar.date_of(end - MINUTE) == LAST
    walk(west, 100, LAST, now=end - MINUTE)
    walk(east, 70, LAST, now=end - MINUTE)
    walk(east, 9000, date(2026, 12, 1), now=end - MINUTE)
    assert results.finalise_due(now=end - timedelta(seconds=1)) == 0
    assert results.finalise_due(now=end) == 1
    scores = ResultLine.objects.filter(board="people").order_by("place")
    assert list(scores.values_list("score", flat=True)) == [100, 70]
    walk(west, 5000, LAST, now=end)
    assert Correction.objects.get().counted == 5000
    assert results.agrees(Result.objects.get())


@pytest.mark.parametrize("grace", [0, 1, 72])
def test_the_task_of_every_minute_freezes_within_a_minute(challenge, grace, time_machine):
    challenge.grace_hours = grace
    challenge.save()
    beat = final_at(challenge) - timedelta(seconds=29)
    while not Result.objects.exists():
        time_machine.move_to(beat, tick=False)
        finalise_challenges()
        beat += MINUTE
    assert timedelta() <= Result.objects.get().frozen_at - final_at(challenge) < MINUTE


def test_a_clock_that_jumps_ahead_and_back_freezes_once_and_loses_nothing(
    challenge, alice, join, walk
):
    join(alice)
    walk(alice, 5000)
    end = final_at(challenge)
    walk(alice, 9000, now=end + MINUTE)  # a server whose clock is ahead
    assert (Participant.objects.get().score, Correction.objects.get().counted) == (5000, 9000)
    walk(alice, 700, LAST, now=end - MINUTE)  # and one whose clock is right
    assert results.finalise_due(now=end - MINUTE) == 0
    assert results.finalise_due(now=end + timedelta(days=400)) == 1
    assert results.finalise_due(now=end) == 0
    walk(alice, 50, LAST, now=end - timedelta(days=1))  # back again
    assert Participant.objects.get().score == 5700
    noted = Correction.objects.order_by("date").values_list("frozen", "counted")
    assert list(noted) == [(5000, 9000), (700, 50)]
    assert results.agrees(Result.objects.get())


def check(challenge):
    said = StringIO()
    call_command("rebuild_standings", "--check", "--challenge", str(challenge.pk), stdout=said)
    return said.getvalue()


def test_a_frozen_result_is_checked_against_what_it_was_made_of(
    challenge, alice, join, walk, time_machine
):
    time_machine.move_to(final_at(challenge), tick=False)
    team = TeamFactory(challenge=challenge)
    join(alice, team)
    walk(alice, 5000)
    results.finalise(challenge=challenge, now=final_at(challenge))
    assert "0 differences" in check(challenge)
    ResultLine.objects.filter(board="people").update(score=5001)
    with pytest.raises(CommandError, match="2 numbers"):  # the line and the fingerprint
        check(challenge)
    ResultLine.objects.filter(board="people").update(score=5000)
    Team.objects.update(score=1)
    with pytest.raises(CommandError, match="1 numbers"):
        check(challenge)
    with pytest.raises(CommandError, match="no open challenge"):
        call_command("rebuild_standings", "--challenge", str(challenge.pk))


@pytest.fixture
def race(acme):
    return ChallengeFactory(
        organization=acme,
        kind="race",
        settings={"target": 10_000, "finishers": 2},
        ends_on=OPEN_END,
    )


@pytest.fixture
def racers(acme, race, walk):
    people = [UserFactory(organization=acme) for _ in range(3)]
    for person in people:
        ParticipantFactory(challenge=race, person=person)
    walk(people[0], 10_000)
    return people


def test_a_race_closes_when_enough_have_arrived(race, racers, walk):
    assert closing.close_decided(now=NOON) == 0
    walk(racers[1], 9_999)
    assert closing.close_decided(now=NOON) == 0
    walk(racers[1], 10_001)
    assert closing.close_decided(now=NOON) == 1
    assert closing.close_decided(now=NOON) == 0
    race.refresh_from_db()
    assert race.ends_on == date(2026, 11, 21)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.reason) == ("closed", None, "arrived: 2")


def test_after_a_race_has_closed_late_steps_of_earlier_days_still_decide(race, racers, walk):
    walk(racers[1], 10_000)
    closing.close_decided(now=NOON)
    walk(racers[2], 12_000, date(2026, 11, 19), now=NOON + timedelta(days=1))
    race.refresh_from_db()
    result = results.finalise(challenge=race, now=final_at(race))
    ranks = result.lines.filter(board="people").order_by("place").values_list("rank", "member")
    first = Participant.objects.get(challenge=race, person=racers[2])
    assert ranks[0] == (1, f"{first.pk:016x}")


@pytest.mark.parametrize(
    "changes", [{"settings": {"target": 10_000, "finishers": 0}}, {"ends_on": LAST}]
)
def test_races_that_staff_close_or_that_have_a_last_day_go_on(race, racers, changes):
    Challenge.objects.filter(pk=race.pk).update(**changes)
    assert closing.close_decided(now=NOON) == 0


def test_who_has_left_has_not_arrived(race, racers, walk):
    walk(racers[1], 10_000)
    Participant.objects.filter(person=racers[1]).update(left_at=NOON)
    assert closing.close_decided(now=NOON) == 0


def test_the_task_closes_a_race(race, racers, time_machine):
    Challenge.objects.update(settings={"target": 10_000})
    time_machine.move_to(NOON, tick=False)
    finalise_challenges()
    race.refresh_from_db()
    assert race.ends_on == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"target": 10}, "until somebody has arrived or the organizer closes the challenge count"),
        (
            {"target": 10, "finishers": 3},
            "until 3 people have arrived or the organizer closes the challenge count",
        ),
        ({"target": 10, "finishers": 0}, "until the organizer closes the challenge count"),
    ],
)
def test_the_rules_say_what_ends_a_race(acme, alice, api, parameters, words, time_machine):
    time_machine.move_to(NOON, tick=False)
    race = ChallengeFactory(organization=acme, kind="race", settings=parameters, ends_on=OPEN_END)
    rules = api(alice).get(f"/api/v1/challenges/{race.pk}").json()["rules"]
    assert any(words in sentence for sentence in rules["words"])


def test_names_of_teams_and_departments_are_frozen(acme, challenge, alice, join, walk, look):
    acme.minimum_group_size = 1
    acme.save()
    group = Group.objects.create(organization=acme, kind="department", name="Sales")
    group.people.add(alice)
    team = TeamFactory(challenge=challenge, name="Red")
    join(alice, team)
    walk(alice, 5000)
    end = final_at(challenge)
    result = results.finalise(challenge=challenge, now=end)
    Group.objects.update(name="Revenue")
    Team.objects.update(name="Crimson")
    for board, name in (("teams", "Red"), ("departments", "Sales")):
        shown = look(alice, board=board, now=end)
        assert [(e.name, e.members) for e in shown.entries] == [(name, 1)]
    assert results.agrees(result)


def test_departments_rise_and_fall(acme, challenge, alice, bob, join, walk, look):
    acme.minimum_group_size = 1
    acme.save()
    for name, person, steps in (("Sales", alice, 5000), ("Works", bob, 4000)):
        Group.objects.create(organization=acme, kind="department", name=name).people.add(person)
        join(person)
        walk(person, steps)
    assert {e.moved for e in look(alice, board="departments").entries} == {None}
    movement.remember_all(now=NOON)
    walk(bob, 9000)
    found = [(e.name, e.moved) for e in look(alice, board="departments").entries]
    assert found == [("Works", 1), ("Sales", -1)]
    movement.remember_all(now=NOON + timedelta(days=1))
    assert {e.moved for e in look(alice, board="departments").entries} == {0}


@pytest.fixture
def misfits(acme, alice, join, challenge):
    """Alice takes part in a challenge that counts one provider only."""
    challenge.providers = ["misfit"]
    challenge.save()
    return join(alice)


@pytest.fixture
def asked(monkeypatch):
    """Whom the catching up has scored."""
    found = []
    monkeypatch.setattr(choosing, "_score", lambda person_id, _days, _now: found.append(person_id))
    return found


def report(person, at):
    Report.objects.create(
        person=person,
        connection_id=uuid.uuid4(),
        via="poll",
        as_of=at,
        received_at=at,
    )


def test_an_outage_of_hours_is_caught_up_with(alice, misfits, asked):
    report(alice, NOON)
    assert choosing.catch_up(now=NOON + MINUTE) == 1
    report(alice, NOON + timedelta(hours=1))
    assert choosing.catch_up(now=NOON + timedelta(hours=9)) == 1
    assert choosing.catch_up(now=NOON + timedelta(hours=10)) == 0
    assert asked == [alice.pk, alice.pk]


def test_a_look_that_broke_off_is_made_again(alice, misfits, monkeypatch):
    report(alice, NOON)

    def broken(*_):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(choosing, "_score", broken)
        with pytest.raises(RuntimeError):
            choosing.catch_up(now=NOON + MINUTE)
    assert choosing.catch_up(now=NOON + timedelta(hours=9)) == 1


def test_a_clock_that_went_back_misses_nobody(alice, misfits, asked):
    choosing.catch_up(now=NOON + timedelta(days=3))
    report(alice, NOON)
    assert choosing.catch_up(now=NOON + MINUTE) == 1
