"""Scores follow from merged days, by the day and all at once."""

from datetime import date, timedelta

import pytest

from challenges import membership, scoring
from challenges.drift import drifts
from challenges.models import Participant, ScoredDay, Team
from challenges.phases import final_at
from steps.models import Day
from tests.factories import (
    NOON,
    ChallengeFactory,
    DayFactory,
    ParticipantFactory,
    TeamFactory,
    UserFactory,
)

TODAY = date(2026, 11, 20)


def test_days_add_up(alice, challenge, join, walk, standing):
    join(alice)
    walk(alice, 8000)
    walk(alice, 500, TODAY - timedelta(days=1))
    assert standing(alice) == (8500, 8500)


def test_a_day_is_replaced_never_added_and_may_fall(alice, join, walk, standing):
    join(alice)
    walk(alice, 8000)
    walk(alice, 9000)
    walk(alice, 7000)
    assert standing(alice) == (7000, 7000)


def test_a_day_that_became_unknown_has_no_scored_day(alice, join, walk, standing):
    join(alice)
    walk(alice, 8000)
    walk(alice, None)
    assert not ScoredDay.objects.exists()
    assert standing(alice) == (0, 0)


def test_a_day_row_that_vanished_has_no_scored_day(alice, join, walk, standing):
    join(alice)
    walk(alice, 8000)
    walk(alice, 100, TODAY - timedelta(days=1))
    Day.objects.filter(date=TODAY).delete()
    scoring.record_days(person_id=alice.pk, dates=[TODAY], now=NOON)
    assert standing(alice) == (100, 100)


def test_zero_is_a_number(alice, join, walk):
    join(alice)
    walk(alice, 0)
    assert ScoredDay.objects.get().steps == 0


def test_cap_limits_what_counts_and_not_what_was_walked(alice, challenge, join, walk, standing):
    challenge.daily_cap = 10000
    challenge.save()
    join(alice)
    walk(alice, 25000)
    assert standing(alice) == (10000, 25000)


@pytest.mark.parametrize(("policy", "score"), [("exclude", 8000), ("count", 9500)])
def test_manual_policy_chooses_the_number(alice, challenge, join, walk, standing, policy, score):
    challenge.manual_policy = policy
    challenge.save()
    join(alice)
    walk(alice, 8000, with_manual=9500)
    assert standing(alice) == (score, score)


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2026, 10, 31), False),
        (date(2026, 11, 1), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), False),
    ],
)
def test_only_days_in_the_window_count(alice, join, walk, standing, day, counts):
    join(alice)
    walk(alice, 8000, day)
    assert standing(alice)[0] == (8000 if counts else 0)


def test_of_several_days_those_outside_stay_out(alice, join, standing):
    join(alice)
    dates = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 1)]
    for day in dates:
        DayFactory(person=alice, date=day, steps=100)
    scoring.record_days(person_id=alice.pk, dates=dates, now=NOON)
    assert standing(alice) == (100, 100)


def test_every_open_challenge_of_the_person_is_scored_and_no_other(acme, alice, bob, walk):
    ours = [ChallengeFactory(organization=acme) for _ in range(2)]
    draft = ChallengeFactory(organization=acme, published_at=None)
    over = ChallengeFactory(
        organization=acme, ends_on=date(2026, 11, 10), starts_on=date(2026, 11, 1)
    )
    rows = {c.pk: ParticipantFactory(challenge=c, person=alice) for c in (*ours, draft, over)}
    left = ParticipantFactory(challenge=ChallengeFactory(organization=acme), person=alice)
    Participant.objects.filter(pk=left.pk).update(left_at=NOON)
    other = ParticipantFactory(challenge=ours[0], person=bob)
    walk(alice, 8000)
    walk(alice, 100, date(2026, 11, 5))
    scores = dict(Participant.objects.values_list("pk", "score"))
    assert [scores[rows[c.pk].pk] for c in ours] == [8100, 8100]
    assert scores[rows[draft.pk].pk] == scores[rows[over.pk].pk] == 0
    assert scores[left.pk] == scores[other.pk] == 0


def test_late_steps_count_until_grace_ends(alice, challenge, join, walk, standing):
    join(alice)
    final = final_at(challenge)
    walk(alice, 4000, challenge.ends_on, now=final - timedelta(seconds=1))
    assert standing(alice) == (4000, 4000)
    walk(alice, 9999, challenge.ends_on, now=final)
    assert standing(alice) == (4000, 4000)


def words_of(statements):
    return [
        each.split()[0] for each in statements if each.split()[0] not in {"SAVEPOINT", "RELEASE"}
    ]


def test_unchanged_days_write_nothing(alice, join, walk, statements):
    join(alice)
    walk(alice, 8000)
    before = Participant.objects.get().version
    statements.clear()
    scoring.record_days(person_id=alice.pk, dates=[TODAY], now=NOON + timedelta(minutes=5))
    assert words_of(statements) == ["SELECT"] * 4
    assert Participant.objects.get().version == before


def test_somebody_in_no_challenge_costs_one_trip_that_reads(alice, trips):
    trips.clear()
    scoring.record_days(person_id=alice.pk, dates=[TODAY], now=NOON)
    (trip,) = trips
    assert set(words_of(trip)) == {"SELECT"}
    scoring.record_days(person_id=alice.pk, dates=[], now=NOON)
    assert len(trips) == 1


def test_a_changed_day_costs_the_same_few_statements_in_a_team_of_any_size(
    alice, bob, challenge, join, walk, statements
):
    team = TeamFactory(challenge=challenge)
    join(alice, team)
    join(bob, team)
    walk(bob, 500)
    for steps, known in ((8000, 1), (9000, 1)):
        Day.objects.update_or_create(
            person=alice,
            date=TODAY,
            defaults={"steps": steps, "steps_with_manual": steps, "updated_at": NOON},
        )
        statements.clear()
        scoring.record_days(person_id=alice.pk, dates=[TODAY], now=NOON)
        assert words_of(statements) == ["SELECT"] * 4 + ["INSERT", "UPDATE", "UPDATE"]
        team.refresh_from_db()
        row = Participant.objects.get(person=alice)
        assert (team.score, row.score, row.days_known) == (steps + 500, steps, known)
    assert list(drifts(challenge)) == []


def test_a_capped_day_that_grows_changes_steps_but_not_the_team(
    alice, challenge, join, walk, standing
):
    challenge.daily_cap = 10000
    challenge.save()
    team = TeamFactory(challenge=challenge)
    join(alice, team)
    walk(alice, 12000)
    version = Team.objects.get().version
    walk(alice, 15000)
    assert standing(alice) == (10000, 15000)
    assert Team.objects.get().version == version


def test_versions_only_grow(alice, join, walk):
    join(alice)
    seen = [Participant.objects.get().version]
    for steps, now in [(1, NOON), (2, NOON), (3, NOON - timedelta(hours=1))]:
        walk(alice, steps, now=now)
        seen.append(Participant.objects.get().version)
    assert seen == sorted(set(seen))


def test_a_team_is_the_sum_of_members_who_have_not_left(alice, bob, challenge, join, walk):
    team = TeamFactory(challenge=challenge)
    join(alice, team)
    join(bob, team)
    walk(alice, 8000)
    walk(bob, 500)
    assert Team.objects.get().score == 8500
    membership.leave(challenge=challenge, person=bob, now=NOON)
    assert Team.objects.get().score == 8000


def test_rebuilt_equals_kept(acme, challenge, walk):
    people = [UserFactory(organization=acme) for _ in range(6)]
    teams = [TeamFactory(challenge=challenge) for _ in range(2)]
    challenge.daily_cap = 9000
    challenge.save()
    for n, person in enumerate(people):
        membership.join(challenge=challenge, person=person, team=teams[n % 2], now=NOON)
        for back in range(3):
            walk(person, 4000 * n + back, TODAY - timedelta(days=back))
    walk(people[1], None)
    assert list(drifts(challenge)) == []
    kept = snapshot()
    ScoredDay.objects.all().delete()
    Participant.objects.update(score=1, steps=1)
    Team.objects.update(score=1)
    assert len(list(drifts(challenge))) > 8
    assert scoring.rescore(challenge_id=challenge.pk, now=NOON) == 6
    assert snapshot() == kept
    assert list(drifts(challenge)) == []


def snapshot():
    return (
        sorted(Participant.objects.values_list("pk", "score", "steps")),
        sorted(Team.objects.values_list("pk", "score")),
        sorted(ScoredDay.objects.values_list("participant", "date", "steps", "counted")),
    )


def test_rescore_goes_on_past_the_first_chunk(acme, challenge, monkeypatch):
    monkeypatch.setattr(scoring, "CHUNK", 2)
    for _ in range(5):
        row = ParticipantFactory(challenge=challenge)
        DayFactory(person=row.person, date=TODAY, steps=100)
    heard = []
    assert scoring.rescore(challenge_id=challenge.pk, now=NOON, progress=heard.append) == 5
    assert heard == [2, 4, 5]
    assert set(Participant.objects.values_list("score", flat=True)) == {100}


def test_rescoring_a_final_challenge_keeps_its_result(alice, challenge, join, walk, standing):
    join(alice)
    walk(alice, 8000)
    Day.objects.update(steps=1, steps_with_manual=1)
    scoring.rescore(challenge_id=challenge.pk, now=final_at(challenge))
    assert standing(alice) == (8000, 8000)
