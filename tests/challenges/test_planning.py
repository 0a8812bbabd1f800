"""Drafting, editing, publishing, teams."""

from datetime import date, timedelta

import pytest

from challenges import membership, planning
from challenges.models import Challenge, Participant, Team
from challenges.phases import final_at, over_at
from challenges.plan_rules import PlanInvalid
from tests.factories import NOON, ChallengeFactory, TeamFactory

GOOD = {"name": "December", "starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 24)}


def draft(acme, **more):
    return planning.create_draft(organization=acme, now=NOON, **{**GOOD, **more})


def errors(operation, **arguments):
    with pytest.raises(PlanInvalid) as caught:
        operation(**arguments)
    return caught.value.errors


def test_a_draft_is_not_published(acme):
    challenge = draft(acme, name="  December ", daily_cap=20000)
    stored = Challenge.objects.get()
    assert stored == challenge
    assert (stored.name, stored.published_at, stored.daily_cap) == ("December", None, 20000)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("description", "x" * 2001),
        ("ends_on", date(2026, 11, 30)),
        ("ends_on", date(2027, 12, 2)),
        ("ends_on", date(9999, 12, 31)),
        ("starts_on", date(1999, 12, 31)),
        ("grace_hours", -1),
        ("grace_hours", 73),
        ("grace_hours", True),
        ("daily_cap", 0),
        ("daily_cap", 1_000_001),
        ("manual_policy", "sometimes"),
    ],
)
def test_what_is_wrong_is_told_by_field(acme, field, value):
    assert field in errors(draft, acme=acme, **{field: value})
    assert not Challenge.objects.exists()


def test_all_that_is_wrong_is_told_at_once(acme):
    assert set(errors(draft, acme=acme, name="", grace_hours=100)) == {"name", "grace_hours"}


def test_publishing_once(acme):
    challenge = draft(acme)
    assert planning.publish(challenge=challenge, now=NOON).published_at == NOON
    later = planning.publish(challenge=challenge, now=NOON + timedelta(days=1))
    assert later.published_at == NOON


def test_the_past_cannot_be_published(acme):
    challenge = draft(acme)
    over = over_at(challenge.ends_on)
    assert "ends_on" in errors(planning.publish, challenge=challenge, now=over)
    assert planning.publish(challenge=challenge, now=over - timedelta(seconds=1)).published_at


def test_everything_can_change_before_the_start(acme):
    challenge = planning.publish(challenge=draft(acme), now=NOON)
    changed = planning.edit(
        challenge=challenge,
        now=NOON,
        name="Winter",
        starts_on=date(2026, 12, 5),
        daily_cap=9000,
        manual_policy="count",
    )
    stored = Challenge.objects.get()
    assert (stored.name, stored.starts_on, stored.daily_cap) == ("Winter", date(2026, 12, 5), 9000)
    assert changed.manual_policy == stored.manual_policy == "count"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"name": "New", "description": "More"}, set()),
        ({"ends_on": date(2026, 12, 5), "grace_hours": 72}, set()),
        ({"ends_on": date(2026, 11, 29)}, {"ends_on"}),
        ({"starts_on": date(2026, 11, 2)}, {"starts_on"}),
        ({"daily_cap": 100, "manual_policy": "count"}, {"daily_cap", "manual_policy"}),
        ({"daily_cap": None, "manual_policy": "exclude"}, set()),
    ],
)
def test_what_may_change_while_it_runs(challenge, changes, refused):
    if refused:
        assert set(errors(planning.edit, challenge=challenge, now=NOON, **changes)) == refused
        assert Challenge.objects.get().starts_on == date(2026, 11, 1)
    else:
        planning.edit(challenge=challenge, now=NOON, **changes)
        stored = Challenge.objects.get()
        assert {field: getattr(stored, field) for field in changes} == changes


def test_while_closing_only_words_change_and_then_nothing(challenge):
    closing, final = over_at(challenge.ends_on), final_at(challenge)
    planning.edit(challenge=challenge, now=closing, name="Renamed")
    assert Challenge.objects.get().name == "Renamed"
    assert "grace_hours" in errors(planning.edit, challenge=challenge, now=closing, grace_hours=72)
    assert "name" in errors(planning.edit, challenge=challenge, now=final, name="Again")


def test_a_published_challenge_cannot_be_moved_into_the_past(acme):
    challenge = planning.publish(challenge=draft(acme), now=NOON)
    past = {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 10, 2)}
    assert "ends_on" in errors(planning.edit, challenge=challenge, now=NOON, **past)


def test_a_field_that_does_not_exist_is_a_mistake_of_the_caller(challenge):
    with pytest.raises(TypeError):
        planning.edit(challenge=challenge, now=NOON, published_at=NOON)


def test_scores_follow_an_edit(acme, alice, walk):
    challenge = ChallengeFactory(
        organization=acme, starts_on=date(2026, 11, 22), ends_on=date(2026, 11, 30)
    )
    walk(alice, 5000, date(2026, 11, 20))
    membership.join(challenge=challenge, person=alice, now=NOON)
    assert Participant.objects.get().score == 0
    planning.edit(challenge=challenge, now=NOON, starts_on=date(2026, 11, 20))
    assert Participant.objects.get().score == 5000


def test_teams_in_order(challenge):
    teams = planning.create_teams(challenge=challenge, names=[" Red ", "Blue"], now=NOON)
    assert [team.name for team in teams] == ["Red", "Blue"]
    assert Team.objects.count() == 2


@pytest.mark.parametrize("names", [["Red"], ["red"], ["Blue", "BLUE"], [""], ["x" * 81]])
def test_bad_team_names_add_no_team(challenge, names):
    TeamFactory(challenge=challenge, name="Red")
    found = errors(planning.create_teams, challenge=challenge, names=["Green", *names], now=NOON)
    assert len(found["teams"]) == 1
    assert Team.objects.count() == 1


def test_too_late_for_teams(challenge):
    over = over_at(challenge.ends_on)
    assert "teams" in errors(planning.create_teams, challenge=challenge, names=["Red"], now=over)


def test_too_many_teams(challenge):
    names = [f"Team {n}" for n in range(1001)]
    assert "teams" in errors(planning.create_teams, challenge=challenge, names=names, now=NOON)
