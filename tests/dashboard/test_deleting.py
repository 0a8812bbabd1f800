"""HR deletes drafts and empty teams after being asked, and the trail keeps it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from challenges import audit, teams
from challenges.models import AuditEntry, Challenge, Team
from tests.dashboard import people as made
from tests.factories import ChallengeFactory, ParticipantFactory, TeamFactory


def words(answer):
    return " ".join(answer.content.decode().split())


def address(name, challenge, **more):
    return reverse(f"dashboard:{name}", kwargs={"challenge_id": challenge.pk} | more)


@pytest.fixture
def draft(acme):
    draft = ChallengeFactory(organization=acme, name="Not yet", published_at=None)
    TeamFactory(challenge=draft)
    return draft


@pytest.fixture
def running(acme):
    return made.running_challenge(acme, [made.never_connected(acme, "Nora")])


def test_a_draft_is_deleted_after_being_asked(staff, draft):
    where = address("challenge-delete", draft)
    assert where in words(staff.get(address("challenge", draft)))
    assert "Its plan and its 1 team are gone for good" in words(staff.get(where))
    assert Challenge.objects.exists()
    page = words(staff.post(where, follow=True))
    assert "The draft “Not yet” is deleted." in page
    assert not Challenge.objects.exists()
    trail = words(staff.get(reverse("dashboard:challenges-audit")))
    assert "Draft deleted" in trail
    assert 'Not yet <span class="quiet">(deleted)</span>' in trail
    assert "Hana HR" in trail


def test_everything_about_a_deleted_draft_says_which_it_was(staff, hr, acme, draft):
    other = ChallengeFactory(organization=acme, name="Another", published_at=None)
    for one in (draft, other):
        audit.note(one, "edited", actor=hr, now=timezone.now())
    for one in (draft, other):
        staff.post(address("challenge-delete", one))
    lines = staff.get(reverse("dashboard:challenges-audit")).context["lines"]
    found = [(line.what, line.deleted) for line in lines]
    assert sorted(found) == [
        ("Changed", "Another"),
        ("Changed", "Not yet"),
        ("Draft deleted", "Another"),
        ("Draft deleted", "Not yet"),
    ]


def test_what_was_published_is_not_offered_to_be_deleted(staff, running):
    where = address("challenge-delete", running)
    assert where not in words(staff.get(address("challenge", running)))
    assert "It cannot be deleted" in words(staff.get(where))
    assert "It can be ended instead." in words(staff.post(where, follow=True))
    assert Challenge.objects.exists()


def test_an_empty_team_is_deleted_after_being_asked(staff, running):
    team = running.teams.get(name="Lynx")
    where = address("team-delete", running, team_id=team.pk)
    assert where in words(staff.get(address("challenge-team", running, team_id=team.pk)))
    assert "Delete “Lynx”?" in words(staff.get(where))
    assert "“Lynx” is deleted." in words(staff.post(where, follow=True))
    assert [each.name for each in Team.objects.all()] == ["Ibex"]


def test_a_team_with_people_says_how_many(staff, running):
    team = running.teams.get(name="Ibex")
    where = address("team-delete", running, team_id=team.pk)
    page = words(staff.get(where))
    assert "1 person is in it." in page
    assert "Delete it" not in page
    assert "“Ibex” was not deleted. 1 person is in it." in words(staff.post(where, follow=True))
    assert Team.objects.count() == 2


def test_the_trail_still_knows_what_a_deleted_team_was_called(staff, hr, running):
    row = ParticipantFactory(challenge=running)
    person, lynx = row.person, running.teams.get(name="Lynx")
    now = timezone.now()
    for team in (lynx, None):
        teams.move(challenge=running, person=person, team=team, actor=hr, now=now)
    staff.post(address("team-delete", running, team_id=lynx.pk))
    page = words(staff.get(address("challenge-audit", running)))
    assert "Team deleted" in page
    assert "<del>Lynx</del>" in page
    assert person.display_name in page
    assert str(lynx.pk) not in page


def test_the_trail_comes_in_pages(staff, acme, running):
    for number in range(51):
        audit.note(running, f"made_up_{number}", actor=None, now=timezone.now())
    for where in (address("challenge-audit", running), reverse("dashboard:challenges-audit")):
        first, second = words(staff.get(where)), words(staff.get(where, {"page": "2"}))
        assert "Made up 50" in first
        assert "Made up 0<" not in first
        assert "Made up 0<" in second
        assert "Page 2 of 2" in second
        assert "ago</time>" in second or "now</time>" in second


def test_the_trail_of_another_company_is_not_here(staff, charlie, running):
    other = ChallengeFactory(organization=charlie.organization, name="Elsewhere")
    theirs = ParticipantFactory(challenge=other, person=charlie)
    audit.note(other, "edited", actor=charlie, now=timezone.now())
    # An entry of one's own that points into the other company names nobody of it.
    AuditEntry.objects.create(
        organization=running.organization,
        challenge=running,
        at=timezone.now(),
        action="moved",
        subject=f"participant {theirs.pk}",
        before={"team": str(TeamFactory(challenge=other, name="Foreign").pk)},
    )
    page = words(staff.get(reverse("dashboard:challenges-audit")))
    assert "Walk the Alps" in page
    for word in ("Elsewhere", charlie.display_name, "Foreign"):
        assert word not in page
