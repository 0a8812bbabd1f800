"""What may be deleted, what not and why, and what is left of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from challenges import audit, deletion, membership, planning, results, staffing, teams
from challenges.models import AuditEntry, Challenge, Participant, ResultLine, Team, TeamStay
from challenges.phases import final_at
from challenges.plan_rules import PlanInvalid
from challenges.refusals import MembershipRefused
from tests.factories import NOON, ChallengeFactory, ParticipantFactory, TeamFactory
from users.models import Organization

BASE = "/api/v1/staff/challenges"
DAY = timedelta(days=1)


@pytest.fixture
def draft(acme):
    return ChallengeFactory(organization=acme, name="Not yet", published_at=None)


@pytest.fixture
def empty(challenge):
    return TeamFactory(challenge=challenge, name="Empty")


def delete_team(team, hr, now=NOON):
    deletion.delete_team(team=team, actor=hr, now=now)


def refusal(operation, *arguments, **named):
    with pytest.raises(MembershipRefused) as caught:
        operation(*arguments, **named)
    return caught.value.code


def test_a_draft_goes_with_its_teams_and_leaves_its_trail(acme, hr, draft):
    planning.create_teams(challenge=draft, names=["Red"], now=NOON, actor=hr)
    deletion.delete_draft(challenge=draft, actor=hr, now=NOON + DAY)
    assert not Challenge.objects.exists()
    assert not Team.objects.exists()
    last, first = audit.whole_trail(acme)
    assert (last.action, last.subject, last.actor) == ("draft_deleted", "Not yet", hr)
    assert (last.challenge, first.challenge, first.action) == (None, None, "teams_added")
    assert last.challenge_id == first.challenge_id == draft.pk


def test_deleting_a_draft_twice_is_once(hr, draft):
    deletion.delete_draft(challenge=draft, actor=hr, now=NOON)
    deletion.delete_draft(challenge=draft, actor=hr, now=NOON)
    assert AuditEntry.objects.count() == 1


def test_what_was_published_stays(hr, challenge):
    assert refusal(deletion.delete_draft, challenge=challenge, actor=hr, now=NOON) == "not_a_draft"
    assert Challenge.objects.filter(pk=challenge.pk).exists()
    assert not AuditEntry.objects.exists()


def test_whoever_comes_too_late_is_told(hr, alice, draft):
    team = TeamFactory(challenge=draft)
    deletion.delete_draft(challenge=draft, actor=hr, now=NOON)
    late = {"challenge": draft, "now": NOON, "actor": hr}
    for operation in (
        lambda: planning.edit(name="Mine", **late),
        lambda: planning.publish(**late),
        lambda: planning.close(**late),
        lambda: planning.create_teams(names=["Blue"], **late),
        lambda: teams.assign_at_random(**late),
        lambda: staffing.rename_team(team=team, name="x", now=NOON, actor=hr),
        lambda: staffing.renew_invite(team=team, now=NOON, actor=hr),
    ):
        with pytest.raises(PlanInvalid):
            operation()
    assert refusal(membership.join, challenge=draft, person=alice, now=NOON) == "not_found"


def test_an_organization_can_still_go_as_a_whole(acme, draft):
    AuditEntry.objects.create(organization=acme, challenge=draft, at=NOON, action="x")
    Organization.objects.all().delete()
    assert not AuditEntry.objects.exists()


def test_an_empty_team_goes_off_the_board(hr, alice, join, look, fill, committed, empty):
    full = TeamFactory(challenge=empty.challenge, name="Full")
    join(alice, full)
    fill()
    assert {line.name for line in look(alice, board="teams").entries} == {"Empty", "Full"}
    with committed():
        delete_team(empty, hr)
    found = look(alice, board="teams")
    assert [(line.name, line.rank) for line in found.entries] == [("Full", 1)]
    assert found.next is None
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.before) == (
        "team_deleted",
        "Empty",
        {"team": str(empty.pk)},
    )
    delete_team(empty, hr)
    assert AuditEntry.objects.count() == 1


def test_a_push_that_was_lost_shifts_nobody(hr, alice, join, walk, look, fill, empty):
    """Redis still has the team: it is behind everybody and gives no line."""
    full = TeamFactory(challenge=empty.challenge, name="Full")
    join(alice, full)
    walk(alice, 0)
    fill()
    delete_team(empty, hr)
    found = look(alice, board="teams")
    assert [(line.name, line.rank) for line in found.entries] == [("Full", 1)]
    assert found.me.rank == 1


def test_a_team_somebody_is_in_stays(hr, alice, join, empty):
    join(alice, empty)
    assert refusal(delete_team, empty, hr) == "team_not_empty"


def test_who_left_comes_back_without_the_team(hr, alice, challenge, join, empty):
    join(alice, empty)
    membership.leave(challenge=challenge, person=alice, now=NOON)
    delete_team(empty, hr)
    assert join(alice).team is None


def test_days_left_with_a_team_keep_it(hr, alice, challenge, join, empty):
    row = join(alice)
    TeamStay.objects.create(team=empty, participant=row, last=challenge.starts_on)
    assert refusal(delete_team, empty, hr) == "team_has_steps"


def test_a_frozen_result_keeps_its_teams_also_when_it_is_opened_again(hr, challenge, empty):
    end = final_at(challenge)
    result = results.finalise(challenge=challenge, now=end)
    assert refusal(delete_team, empty, hr, now=end) == "challenge_closed"
    results.reopen(challenge=challenge, reason="Late", hours=5, now=end, actor=hr)
    assert refusal(delete_team, empty, hr, now=end) == "team_in_result"
    assert ResultLine.objects.filter(result=result, name="Empty").exists()
    new = TeamFactory(challenge=challenge, name="New")
    delete_team(new, hr, now=end)
    assert not Team.objects.filter(name="New").exists()


def test_nobody_gets_into_a_team_that_is_gone(hr, alice, bob, challenge, join, empty):
    join(bob)
    delete_team(empty, hr)
    joining = {"challenge": challenge, "now": NOON, "team": empty}
    assert refusal(membership.join, person=alice, **joining) == "unknown_team"
    assert refusal(membership.join, person=bob, **joining) == "unknown_team"
    assert refusal(teams.move, person=bob, actor=hr, **joining) == "unknown_team"
    assert refusal(teams.renew_invite, team=empty, person=bob, now=NOON) == "not_captain"
    assert not Participant.objects.filter(person=alice).exists()


def test_a_draft_is_deleted_over_http(api, hr, draft):
    boss, where = api(hr), f"{BASE}/{draft.pk}"
    answer = boss.delete(where)
    assert (answer.status_code, answer.content) == (204, b"")
    assert boss.get(where).status_code == boss.delete(where).status_code == 404
    (entry,) = boss.get("/api/v1/staff/audit").json()["results"]
    assert (entry["action"], entry["subject"]) == ("draft_deleted", "Not yet")
    assert (entry["challenge_id"], entry["challenge"]) == (str(draft.pk), None)
    assert entry["by"] == "Hana HR"


def test_what_may_not_be_deleted_is_refused_with_a_cause(api, hr, alice, challenge, empty):
    boss, where = api(hr), f"{BASE}/{challenge.pk}"
    ParticipantFactory(challenge=challenge, person=alice, team=empty)
    refused = boss.delete(where)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_draft")
    refused = boss.delete(f"{where}/teams/{empty.pk}")
    assert (refused.status_code, refused.json()["code"]) == (409, "team_not_empty")
    assert refused.json()["detail"] == "1 person is in it. Move them first."


def test_an_empty_team_is_deleted_over_http(api, hr, acme):
    today = timezone.now().date()
    live = ChallengeFactory(organization=acme, starts_on=today - DAY, ends_on=today + DAY)
    team = TeamFactory(challenge=live)
    boss, where = api(hr), f"{BASE}/{live.pk}/teams/{team.pk}"
    assert boss.delete(where).status_code == 204
    assert boss.delete(where).status_code == 404


def test_the_whole_trail_is_the_organizations_own(api, hr, charlie, challenge):
    other = ChallengeFactory(organization=charlie.organization, name="Elsewhere")
    for one in (challenge, other):
        audit.note(one, "edited", actor=None, now=NOON)
    (entry,) = api(hr).get("/api/v1/staff/audit").json()["results"]
    assert (entry["challenge"], entry["challenge_id"]) == ("November", str(challenge.pk))
