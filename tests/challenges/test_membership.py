"""Joining, leaving, hiding and being erased."""

from datetime import date, timedelta

import pytest

from challenges import erasure, membership, visibility
from challenges.membership import MembershipRefused
from challenges.models import Participant, ScoredDay, Team
from challenges.phases import final_at, over_at
from tests.factories import NOON, ChallengeFactory, DayFactory, TeamFactory
from users.models import Visibility

TODAY = date(2026, 11, 20)


def refusal(**arguments):
    with pytest.raises(MembershipRefused) as caught:
        membership.join(now=arguments.pop("now", NOON), **arguments)
    return caught.value.code


def test_joining_scores_the_days_since_the_start(alice, join, standing):
    DayFactory(person=alice, date=date(2026, 10, 31), steps=1)
    DayFactory(person=alice, date=date(2026, 11, 1), steps=20)
    DayFactory(person=alice, date=TODAY, steps=300)
    join(alice)
    assert standing(alice) == (320, 320)


def test_joining_twice_changes_nothing(alice, join):
    first = join(alice)
    again = join(alice, now=NOON + timedelta(hours=1))
    assert again.pk == first.pk
    assert Participant.objects.get().version == first.version
    assert Participant.objects.get().joined_at == NOON


def test_joining_again_may_choose_a_team_once(alice, challenge, join, walk):
    red, blue = TeamFactory(challenge=challenge), TeamFactory(challenge=challenge)
    join(alice)
    walk(alice, 700)
    assert join(alice, red).team == red
    assert Team.objects.get(pk=red.pk).score == 700
    assert join(alice, red).team == red
    assert join(alice).team == red
    assert refusal(challenge=challenge, person=alice, team=blue) == "team_already_chosen"


def test_a_team_of_another_challenge_is_refused(acme, alice, challenge):
    elsewhere = TeamFactory(challenge=ChallengeFactory(organization=acme))
    assert refusal(challenge=challenge, person=alice, team=elsewhere) == "unknown_team"
    assert not Participant.objects.exists()


def test_strangers_and_drafts_do_not_exist(acme, alice, charlie, challenge):
    assert refusal(challenge=challenge, person=charlie) == "not_found"
    draft = ChallengeFactory(organization=acme, published_at=None)
    assert refusal(challenge=draft, person=alice) == "not_found"


def test_one_can_join_until_the_last_day_is_over(alice, bob, challenge):
    over = over_at(challenge.ends_on)
    membership.join(challenge=challenge, person=alice, now=over - timedelta(seconds=1))
    assert refusal(challenge=challenge, person=bob, now=over) == "challenge_closed"
    assert refusal(challenge=challenge, person=bob, now=final_at(challenge)) == "challenge_closed"


def test_one_can_join_what_is_to_come(acme, alice):
    upcoming = ChallengeFactory(
        organization=acme, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 9)
    )
    assert membership.join(challenge=upcoming, person=alice, now=NOON).score == 0


def test_leaving_and_coming_back(alice, challenge, join, walk, standing):
    join(alice)
    walk(alice, 700)
    later = NOON + timedelta(hours=1)
    left = membership.leave(challenge=challenge, person=alice, now=later)
    assert left.left_at == later
    assert membership.leave(challenge=challenge, person=alice, now=later).version == left.version
    walk(alice, 900)
    assert standing(alice) == (700, 700)
    back = join(alice)
    assert back.left_at is None
    assert standing(alice) == (900, 900)


def test_leaving_what_one_never_joined_is_nothing(alice, challenge):
    assert membership.leave(challenge=challenge, person=alice, now=NOON) is None


def test_a_result_cannot_be_left(alice, challenge, join):
    join(alice)
    with pytest.raises(MembershipRefused, match="final"):
        membership.leave(challenge=challenge, person=alice, now=final_at(challenge))
    assert Participant.objects.get().left_at is None


def test_coming_back_in_another_team(alice, challenge, join, walk):
    red, blue = TeamFactory(challenge=challenge), TeamFactory(challenge=challenge)
    join(alice, red)
    walk(alice, 700)
    membership.leave(challenge=challenge, person=alice, now=NOON)
    join(alice, blue)
    assert Team.objects.get(pk=red.pk).score == 0
    assert Team.objects.get(pk=blue.pk).score == 700


def hide(person, wish=Visibility.HIDDEN):
    person.leaderboard_visibility = wish
    person.save()


def test_hiding_reaches_every_participation(alice, bob, join, look):
    join(alice)
    join(bob)
    hide(alice)
    assert visibility.apply(person_id=alice.pk, now=NOON) == 1
    assert visibility.apply(person_id=alice.pk, now=NOON) == 0
    assert Participant.objects.get(person=alice).hidden
    assert [entry.name for entry in look(bob).entries] == ["Bob Brown"]
    hide(alice, Visibility.NAME)
    assert visibility.apply(person_id=alice.pk, now=NOON) == 1
    assert len(look(bob).entries) == 2


def test_joining_hidden_is_hidden_from_the_start(alice, join):
    hide(alice)
    assert join(alice).hidden


def test_reconcile_finds_wishes_nobody_told_of(alice, bob, join):
    join(alice)
    join(bob)
    assert visibility.reconcile(now=NOON) == 0
    hide(alice)
    assert visibility.reconcile(now=NOON) == 1
    assert list(Participant.objects.filter(hidden=True).values_list("person", flat=True)) == [
        alice.pk
    ]
    hide(alice, Visibility.ALIAS)
    assert visibility.reconcile(now=NOON) == 1
    assert not Participant.objects.filter(hidden=True).exists()


def test_erasure_takes_out_of_what_runs_and_keeps_results(acme, alice, challenge, join, walk):
    past = ChallengeFactory(organization=acme, ends_on=date(2026, 11, 5))
    membership.join(challenge=past, person=alice, now=NOON - timedelta(days=17))
    walk(alice, 50, date(2026, 11, 4), now=NOON - timedelta(days=15))
    team = TeamFactory(challenge=challenge)
    join(alice, team)
    walk(alice, 700)
    erasure.erase_person(person_id=alice.pk, now=NOON)
    assert not ScoredDay.objects.exists()
    running = Participant.objects.get(challenge=challenge)
    assert (running.score, running.left_at) == (0, NOON)
    assert Team.objects.get(pk=team.pk).score == 0
    result = Participant.objects.get(challenge=past)
    assert (result.score, result.left_at) == (50, None)
