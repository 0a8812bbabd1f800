"""Teams, people, standings, rounds and news of a challenge."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from challenges import rounds, scoring
from challenges.models import AuditEntry, Participant, Team, TeamStay
from notifications.models import Badge, FeedItem
from tests.dashboard import people as made
from tests.factories import ChallengeFactory, ParticipantFactory, TeamFactory, UserFactory
from users.models import Group, Visibility

DAY = timedelta(days=1)


def words(answer):
    return " ".join(answer.content.decode().split())


def address(name, challenge, **more):
    return reverse(f"dashboard:{name}", kwargs={"challenge_id": challenge.pk} | more)


@pytest.fixture
def running(acme):
    return made.running_challenge(acme, made.everybody(acme))


@pytest.fixture
def ibex(running):
    return running.teams.get(name="Ibex")


def row_of(challenge, name):
    return challenge.participants.get(person__display_name=name)


def test_teams_are_added_and_refused_by_name(staff, running):
    add = address("teams-add", running)
    assert "Added: Heron, Stork." in words(
        staff.post(add, {"teams": "Heron\n\nStork"}, follow=True)
    )
    answer = staff.post(add, {"teams": "IBEX"})
    assert "There is a team called IBEX already." in words(answer)
    assert 'id="id_teams_error"' in words(answer)
    assert running.teams.count() == 4


def test_people_without_a_team_are_spread_at_random(staff, acme, running):
    for person in UserFactory.create_batch(3, organization=acme):
        ParticipantFactory(challenge=running, person=person)
    assert "3 people are in no team" in words(staff.get(address("challenge-teams", running)))
    page = words(staff.post(address("teams-fill", running, how="random"), follow=True))
    assert "3 people were put into teams." in page
    assert not running.participants.filter(team=None).exists()


def test_people_are_put_into_teams_by_department(staff, acme, running):
    sales = Group.objects.create(organization=acme, kind="department", name="Sales")
    person = UserFactory(organization=acme)
    person.groups.add(sales)
    ParticipantFactory(challenge=running, person=person)
    staff.post(address("teams-fill", running, how="department"))
    assert running.participants.get(person=person).team.name == "Sales"


def test_what_does_not_fit_is_said(staff, acme):
    today = timezone.now().date()
    challenge = ChallengeFactory(organization=acme, starts_on=today, ends_on=today)
    ParticipantFactory(challenge=challenge)
    page = words(staff.post(address("teams-fill", challenge, how="random"), follow=True))
    assert "There is not enough room in the teams." in page


def test_a_team_is_renamed_and_gets_a_captain(staff, hr, running, ibex):
    member = ibex.members.first()
    sent = {"name": "Chamois", "captain": member.pk}
    staff.post(address("challenge-team", running, team_id=ibex.pk), sent)
    ibex.refresh_from_db()
    assert (ibex.name, ibex.captain) == ("Chamois", member)
    actions = AuditEntry.objects.filter(challenge=running, actor=hr)
    assert set(actions.values_list("action", flat=True)) == {"team_renamed", "captain_appointed"}


@pytest.mark.parametrize("name", ["lynx", "", "x" * 81, "a\x00b"])
def test_a_bad_name_for_a_team_is_refused_beside_its_field(staff, running, ibex, name):
    answer = staff.post(address("challenge-team", running, team_id=ibex.pk), {"name": name})
    assert list(answer.context["form"].errors) == ["name"]
    ibex.refresh_from_db()
    assert ibex.name == "Ibex"


def test_somebody_of_another_team_is_no_captain(staff, running, ibex):
    other = running.teams.get(name="Lynx").members.first()
    answer = staff.post(
        address("challenge-team", running, team_id=ibex.pk), {"name": "Ibex", "captain": other.pk}
    )
    assert list(answer.context["form"].errors) == ["captain"]


def test_an_invitation_is_renewed(staff, running, ibex):
    before = ibex.invite
    staff.post(address("team-invite", running, team_id=ibex.pk))
    ibex.refresh_from_db()
    assert ibex.invite not in {before, ""}
    assert ibex.invite in words(staff.get(address("challenge-teams", running)))


def test_a_viewer_sees_no_invitation(client, viewer, running, ibex):
    client.force_login(viewer)
    assert ibex.invite not in words(client.get(address("challenge-teams", running)))


def test_the_result_keeps_its_teams(staff, acme):
    over = ChallengeFactory(organization=acme, starts_on="2020-01-01", ends_on="2020-01-09")
    team = TeamFactory(challenge=over, name="Ibex")
    where = {"team_id": team.pk}
    answer = staff.post(address("challenge-team", over, **where), {"name": "Lynx"})
    assert "The result is final" in words(answer)
    staff.post(address("team-invite", over, **where))
    team.refresh_from_db()
    assert (team.name, Team.objects.get().invite) == ("Ibex", team.invite)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("rule", "says", "stays"),
    [("move_along", "All earlier steps go along", 0), ("stay", "stay with the old team", 1)],
)
def test_somebody_is_moved_under_the_rule_that_is_shown(staff, running, rule, says, stays):
    running.team_rules = {"moved_steps": rule}
    running.save()
    row, lynx = row_of(running, "Fresh 0"), running.teams.get(name="Lynx")
    where = {"participant_id": row.pk}
    assert says in words(staff.get(address("participant", running, **where)))
    sent = {"move-team": str(lynx.pk), "move-reason": "Asked for it"}
    staff.post(address("participant-move", running, **where), sent)
    row.refresh_from_db()
    assert row.team == lynx
    assert TeamStay.objects.count() == stays
    assert AuditEntry.objects.get(action="moved").reason == "Asked for it"
    assert "Asked for it" in words(staff.get(address("challenge-audit", running)))


def test_a_full_team_is_said_beside_the_field(staff, running):
    running.team_rules = {"largest": 5}
    running.save()
    row, lynx = row_of(running, "Fresh 0"), running.teams.get(name="Lynx")
    move = address("participant-move", running, participant_id=row.pk)
    answer = staff.post(move, {"move-team": str(lynx.pk)})
    assert "This team has 5 members already." in words(answer)


def test_somebody_is_added_by_address_and_taken_out_with_a_reason(staff, running, alice, ibex):
    add = address("person-add", running)
    staff.post(add, {"email": "ALICE@acme.example", "team": str(ibex.pk)})
    row = running.participants.get(person=alice)
    assert row.team == ibex
    remove = address("participant-remove", running, participant_id=row.pk)
    assert "This field is required." in words(staff.post(remove, {}))
    assert running.participants.filter(person=alice, left_at=None).exists()
    staff.post(remove, {"remove-reason": "Left the company"})
    assert not running.participants.filter(person=alice, left_at=None).exists()
    assert AuditEntry.objects.get(action="person_removed").reason == "Left the company"


@pytest.mark.parametrize("email", ["nobody@acme.example", "charlie@other.example", "x", ""])
def test_nobody_else_can_be_added(staff, running, charlie, email):
    answer = staff.post(address("person-add", running), {"email": email})
    assert list(answer.context["form"].errors) == ["email"]
    assert not Participant.objects.filter(person=charlie).exists()


def test_nobody_is_added_once_it_is_over(staff, acme, alice):
    over = ChallengeFactory(organization=acme, starts_on="2020-01-01", ends_on="2020-01-09")
    answer = staff.post(address("person-add", over), {"email": alice.email})
    assert "nobody can join it" in str(answer.context["form"].errors)


def test_the_page_of_somebody_says_nothing_of_a_private_score(staff, running):
    row = row_of(running, "Fresh 0")
    row.person.leaderboard_visibility = Visibility.ALIAS
    row.person.save()
    page = words(staff.get(address("participant", running, participant_id=row.pk)))
    assert f"{row.score:,}" not in page
    assert "private" in page


def test_small_teams_and_departments_have_no_score(staff, acme, running):
    small = TeamFactory(challenge=running, name="Tiny Team", score=4321)
    for row in running.participants.filter(team__name="Lynx")[:2]:
        row.team = small
        row.save()
    sales = Group.objects.create(organization=acme, kind="department", name="Tiny Sales")
    row_of(running, "Fresh 0").person.groups.add(sales)
    where = address("challenge-standings", running)
    assert "Tiny Sales" not in words(staff.get(where, {"board": "departments"}))
    page = words(staff.get(where, {"board": "teams"}))
    assert "Tiny Team" not in page
    assert "not shown: with fewer than 5 people" in page
    assert "4,321" not in words(staff.get(address("challenge", running)))


def test_the_difference_of_two_boards_tells_nothing(staff, running):
    """A team of five with one who hides: its score less the leaderboard would be that one's."""
    answer = staff.get(address("challenge-standings", running), {"board": "teams"})
    assert {entry.name for entry in answer.context["entries"]} == {"Ibex", "Lynx"}
    row = row_of(running, "Fresh 0")
    row.person.leaderboard_visibility = Visibility.HIDDEN
    row.person.save()
    answer = staff.get(address("challenge-standings", running), {"board": "teams"})
    assert row.team.name not in {entry.name for entry in answer.context["entries"]}
    assert answer.context["left_out"] == 1


@pytest.mark.parametrize("board", ["people", "nonsense"])
def test_the_board_of_people_comes_in_pages(staff, running, board, monkeypatch):
    monkeypatch.setattr("dashboard.standings.parts.LINES", 4)
    where = address("challenge-standings", running)
    first = staff.get(where, {"board": board})
    second = staff.get(where, {"board": board, "after": first.context["next"]})
    names = [entry.name for entry in first.context["entries"] + second.context["entries"]]
    assert len(set(names)) == 8


def test_a_cursor_nobody_gave_is_not_found(staff, running):
    where = address("challenge-standings", running)
    assert staff.get(where, {"after": "x"}).status_code == 404


@pytest.fixture
def pairs(acme):
    today = timezone.now().date()
    challenge = ChallengeFactory(
        organization=acme, kind="bracket", starts_on=today - 2 * DAY, ends_on=today + 11 * DAY
    )
    for person in [made.fresh(acme, f"P {n}") for n in range(3)]:
        ParticipantFactory(challenge=challenge, person=person)
    return challenge


def test_rounds_are_shown_once_they_are_drawn(staff, pairs):
    where = address("challenge-rounds", pairs)
    assert "Not drawn yet" in words(staff.get(where))
    rounds.advance(challenge=pairs, now=timezone.now())
    page = words(staff.get(where))
    assert "Round 1" in page
    assert "meets nobody and goes on" in page
    assert "Rounds</a>" in page


def test_steps_of_who_hides_are_private_in_a_round(staff, pairs):
    row = row_of(pairs, "P 0")
    made.walk(row, timezone.now().date(), 3)
    row.person.leaderboard_visibility = Visibility.HIDDEN
    row.person.save()
    rounds.advance(challenge=pairs, now=timezone.now())
    page = words(staff.get(address("challenge-rounds", pairs)))
    steps = sum(row.scored_days.filter(date__gte=pairs.starts_on).values_list("counted", flat=True))
    assert "Hidden participant" in page
    assert f"{steps:,}" not in page


def test_kinds_without_rounds_say_so(staff, running):
    page = words(staff.get(address("challenge-rounds", running)))
    assert "nobody meets in rounds" in page


def walked(acme, kind, settings, people=6):
    today = timezone.now().date()
    challenge = ChallengeFactory(
        organization=acme,
        kind=kind,
        settings=settings,
        starts_on=today - 3 * DAY,
        ends_on=today + 3 * DAY,
    )
    for place, person in enumerate(made.fresh(acme, f"W {n}") for n in range(people)):
        made.walk(ParticipantFactory(challenge=challenge, person=person), today, place)
        with transaction.atomic():
            days = [today - n * DAY for n in range(4)]
            scoring.record_days(person_id=person.pk, dates=days, now=timezone.now())
    return challenge


def test_a_journey_is_drawn_with_its_waypoints(staff, acme):
    places = [{"at": 0, "name": "Start"}, {"at": 9_999_999, "name": "Far <away>"}]
    challenge = walked(acme, "journey", {"length": 10_000_000, "waypoints": places})
    page = words(staff.get(address("challenge", challenge)))
    assert 'class="route"' in page
    assert "Far &lt;away&gt;" in page
    assert "6 have been there" in page


def test_a_common_goal_is_exact_only_where_it_tells_of_nobody(staff, acme):
    settings = {"target": 1_000_000, "milestones": [{"at": 1, "name": "The first step"}]}
    challenge = walked(acme, "collective_goal", settings)
    total = sum(challenge.participants.values_list("score", flat=True))
    page = words(staff.get(address("challenge", challenge)))
    assert f"{total:,} walked" in page
    assert "The first step" in page
    challenge.participants.filter(person__display_name="W 0").update(hidden=True)
    page = words(staff.get(address("challenge", challenge)))
    assert f"{total:,}" not in page
    assert f"{1_000_000 - total:,}" not in page


def test_how_many_have_reached_the_target(staff, acme):
    challenge = walked(acme, "personal_total", {"target": 10})
    page = words(staff.get(address("challenge", challenge)))
    assert "6 of 6 on the leaderboard have reached it." in page


def test_news_and_badges_are_told_as_people_wish(staff, running):
    row = row_of(running, "Fresh 0")
    now = timezone.now()
    facts = {"threshold": 50_000, "challenge": "Walk the Alps"}
    FeedItem.objects.create(
        challenge=running, kind="milestone", key="m", person=row.person, facts=facts, at=now
    )
    for one in running.participants.all()[:5]:
        Badge.objects.create(
            challenge=running, person=one.person, code="day_10k", earned_on=now.date()
        )
    where = address("challenge-feed", running)
    answer = staff.get(where)
    assert "<strong>Fresh 0</strong> 50,000 steps!" in words(answer)
    counts = {badge.rule.code: badge.people for badge in answer.context["badges"]}
    assert (counts["day_10k"], counts["row_7"]) == (5, None)
    row.person.leaderboard_visibility = Visibility.HIDDEN
    row.person.save()
    assert "Fresh 0" not in words(staff.get(where))


def test_an_empty_feed_says_what_will_come(staff, running):
    assert "appear here" in words(staff.get(address("challenge-feed", running)))
