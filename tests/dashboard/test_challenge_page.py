import pytest
from django.urls import reverse
from django.utils import timezone

from tests.dashboard import people as made
from tests.factories import ChallengeFactory, ParticipantFactory
from users.models import Visibility


def words(answer):
    return " ".join(answer.content.decode().split())


def address(challenge, name="challenge"):
    return reverse(f"dashboard:{name}", args=[challenge.pk])


@pytest.fixture
def running(acme):
    return made.running_challenge(acme, made.everybody(acme))


def test_a_running_challenge_shows_how_it_does(staff, running):
    page = words(staff.get(address(running)))
    assert "Day 10 of 20, 10 days left" in page
    assert "At most 30,000 steps of a day count." in page
    assert "Ibex" in page
    people = words(staff.get(address(running, "challenge-people")))
    assert "Access was withdrawn at Fitbit" in people
    assert page.count('class="bar bar-first"') == 10


def test_the_chart_leaves_out_days_of_few_people(staff, acme):
    challenge = made.running_challenge(acme, [made.fresh(acme, f"P {n}") for n in range(4)])
    answer = staff.get(address(challenge))
    assert answer.context["steps_so_far"] is None
    assert {bar.kind for bar in answer.context["chart"].bars} == {"gap"}


def test_hidden_people_have_no_score_and_are_in_no_sum(staff, acme):
    people = [made.fresh(acme, f"P {n}") for n in range(6)]
    challenge = made.running_challenge(acme, people)
    everybodys = staff.get(address(challenge)).context["steps_so_far"]
    hidden = challenge.participants.get(person=people[0])
    people[0].leaderboard_visibility = Visibility.HIDDEN
    people[0].save()
    answer = staff.get(address(challenge))
    assert answer.context["steps_so_far"] == everybodys - hidden.score
    answer = staff.get(address(challenge, "challenge-people"))
    row = next(row for row in answer.context["listed"].rows if row.person.pk == people[0].pk)
    assert not row.shows_score
    assert f"{hidden.score:,}" not in str(row)


def test_a_score_under_an_alias_is_not_tied_to_the_name(staff, acme):
    people = [made.fresh(acme, "Agnes Alias"), made.fresh(acme, "Other")]
    people[0].leaderboard_visibility = Visibility.ALIAS
    people[0].leaderboard_name = "Swift Fox"
    people[0].save()
    challenge = made.running_challenge(acme, people)
    answer = staff.get(address(challenge, "challenge-people"))
    rows = {row.person.display_name: row.shows_score for row in answer.context["listed"].rows}
    assert rows == {"Agnes Alias": False, "Other": True}
    assert "Swift Fox" in words(staff.get(address(challenge)))


def test_who_left_is_not_listed(staff, running, bob):
    ParticipantFactory(challenge=running, person=bob, left_at=timezone.now())
    assert "Bob Brown" not in words(staff.get(address(running, "challenge-people")))
    answer = staff.get(address(running))
    assert answer.context["participation"].left == 1


def test_those_who_take_part_are_filtered(staff, running, partial):
    answer = staff.get(address(running, "participants"), {"state": "broken"}, headers=partial)
    assert [row.person.display_name for row in answer.context["listed"].rows] == ["Rita Revoked"]
    assert answer["HX-Replace-Url"] == f"{address(running, 'challenge-people')}?state=broken"


def test_totals_refresh_themselves(staff, running, partial):
    answer = staff.get(address(running, "challenge-now"), headers=partial)
    assert 'id="challenge-now"' in words(answer)
    assert "<html" not in words(answer)


def test_a_challenge_nobody_joined_says_so(staff, acme):
    challenge = made.running_challenge(acme, [], team_names=())
    assert "Nobody has joined yet" in words(staff.get(address(challenge, "challenge-people")))
    page = words(staff.get(address(challenge)))
    assert "This challenge has no teams" in page


def test_the_list_puts_running_challenges_first(staff, acme, running):
    ChallengeFactory(organization=acme, published_at=None, name="Draft")
    ChallengeFactory(
        organization=acme,
        name="Long over",
        starts_on=running.starts_on.replace(year=2020),
        ends_on=running.starts_on.replace(year=2020),
    )
    answer = staff.get("/dashboard/challenges/")
    assert [card.state.value for card in answer.context["cards"]] == ["live", "draft", "final"]


def test_an_empty_list_says_how_to_begin(staff):
    assert "Create the first challenge" in words(staff.get("/dashboard/challenges/"))
