"""Every route of the dashboard, walked by everybody who must not be there."""

import uuid

import pytest
from django.urls import reverse

from dashboard.urls import of_a_challenge, urlpatterns
from tests.factories import ChallengeFactory, ParticipantFactory, TeamFactory, UserFactory
from users.models import Role

# Routes that only take what is sent to them; all of them change something or speak to an editor.
POST_ONLY = {
    "plan-preview",
    "plan-fields",
    "challenge-preview",
    "challenge-fields",
    "person-add",
    "participant-move",
    "participant-remove",
    "teams-add",
    "teams-fill",
    "team-invite",
}
MANAGERS_ONLY = POST_ONLY | {
    "challenge-start",
    "challenge-new",
    "challenge-edit",
    "challenge-publish",
    "challenge-delete",
    "challenge-team",
    "team-delete",
    "challenge-close",
    "challenge-reopen",
}
OF_A_CHALLENGE = sorted(route.name for route in of_a_challenge)
NAMES = sorted([*(route.name for route in urlpatterns if hasattr(route, "name")), *OF_A_CHALLENGE])


@pytest.fixture
def challenge(acme):
    made = ChallengeFactory(organization=acme, name="Secret of Acme")
    person = UserFactory(organization=acme, display_name="Person of Acme")
    ParticipantFactory(challenge=made, person=person, team=TeamFactory(challenge=made))
    return made


MORE = {
    "participant": {"participant_id": 0},
    "participant-move": {"participant_id": 0},
    "participant-remove": {"participant_id": 0},
    "challenge-team": {"team_id": uuid.UUID(int=0)},
    "team-invite": {"team_id": uuid.UUID(int=0)},
    "team-delete": {"team_id": uuid.UUID(int=0)},
    "teams-fill": {"how": "random"},
    "challenge-export": {"what": "participation", "form": "csv"},
}


def more_of(name, challenge):
    """Return the rest of an address: somebody and something that exist in the challenge."""
    more = dict(MORE.get(name, {}))
    if "participant_id" in more and challenge.participants.exists():
        more["participant_id"] = challenge.participants.get().pk
    if "team_id" in more and challenge.teams.exists():
        more["team_id"] = challenge.teams.get().pk
    return more


def ask(client, name, challenge, **headers):
    args = {"challenge_id": challenge.pk} if name in OF_A_CHALLENGE else {}
    address = reverse(f"dashboard:{name}", kwargs=args | more_of(name, challenge))
    send = client.post if name in POST_ONLY else client.get
    return send(address, headers=headers)


@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_is_sent_to_sign_in(client, challenge, name):
    answer = ask(client, name, challenge)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("name", NAMES)
def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client, challenge, name):
    answer = ask(client, name, challenge, **{"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", NAMES)
def test_a_participant_is_told_to_use_the_app(client, alice, challenge, name):
    client.force_login(alice)
    answer = ask(client, name, challenge)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "This dashboard is for HR" in page
    assert "Secret of Acme" not in page


@pytest.mark.parametrize("name", OF_A_CHALLENGE)
def test_staff_of_another_company_find_nothing(client, charlie, challenge, name):
    charlie.role = Role.HR_MANAGER
    charlie.save()
    client.force_login(charlie)
    answer = ask(client, name, challenge, **{"HX-Request": "true"})
    assert answer.status_code == 404
    assert "Secret of Acme" not in answer.content.decode()


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(OF_A_CHALLENGE) - POST_ONLY))
def test_staff_of_another_company_see_only_their_own(client, charlie, alice, challenge, name):
    charlie.role = Role.HR_MANAGER
    charlie.save()
    client.force_login(charlie)
    page = ask(client, name, challenge, **{"HX-Request": "true"}).content.decode()
    assert "Secret of Acme" not in page
    assert alice.display_name not in page


@pytest.mark.parametrize("name", sorted(MANAGERS_ONLY))
def test_an_hr_viewer_changes_nothing(client, viewer, challenge, name):
    client.force_login(viewer)
    answer = ask(client, name, challenge)
    assert answer.status_code == 403
    assert "HR viewer" in answer.content.decode()


@pytest.mark.parametrize("name", sorted(set(NAMES) - MANAGERS_ONLY))
def test_an_hr_viewer_reads_everything(client, viewer, challenge, name):
    client.force_login(viewer)
    assert ask(client, name, challenge, **{"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize("name", OF_A_CHALLENGE)
def test_what_does_not_exist_is_not_found(staff, name):
    missing = ChallengeFactory.build(pk=uuid.uuid4(), organization=None)
    assert ask(staff, name, missing, **{"HX-Request": "true"}).status_code == 404


def test_somebody_switched_off_is_out_at_once(staff, hr):
    hr.is_active = False
    hr.save()
    assert staff.get("/dashboard/").status_code == 302


def test_pages_are_never_kept_by_caches(staff):
    answer = staff.get("/dashboard/")
    assert "no-store" in answer["Cache-Control"]
    assert "HX-Request" in answer["Vary"]


def test_a_part_opened_by_itself_leads_to_its_page(staff):
    answer = staff.get("/dashboard/people/list/?state=broken")
    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/people/?state=broken")


def test_what_people_call_themselves_is_never_markup(staff, acme):
    UserFactory(organization=acme, display_name="<img src=x onerror=y>")
    page = staff.get("/dashboard/people/").content.decode()
    assert "<img" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("name", sorted(MANAGERS_ONLY & set(OF_A_CHALLENGE) - POST_ONLY))
def test_an_hr_viewer_sends_nothing(client, viewer, challenge, name):
    client.force_login(viewer)
    address = reverse(
        f"dashboard:{name}", kwargs={"challenge_id": challenge.pk} | more_of(name, challenge)
    )
    assert client.post(address, {"name": "Mine now"}).status_code == 403
    challenge.refresh_from_db()
    assert challenge.name == "Secret of Acme"


@pytest.mark.parametrize("name", ["participant", "challenge-team"])
def test_parts_of_another_challenge_are_not_found(staff, acme, challenge, name):
    other = ChallengeFactory(organization=acme)
    address = reverse(
        f"dashboard:{name}", kwargs={"challenge_id": other.pk} | more_of(name, challenge)
    )
    assert staff.get(address).status_code == 404
