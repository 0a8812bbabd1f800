"""What somebody finds who opens an invitation, and how they take it up."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from challenges import teams
from challenges.models import Participant
from challenges.models.game import new_invite
from tests.factories import PASSWORD, ChallengeFactory, ParticipantFactory, TeamFactory
from users.models import Visibility

DAY = timedelta(days=1)


def words(answer):
    return " ".join(answer.content.decode().split())


def link(team):
    return f"/join/{team.invite}"


@pytest.fixture
def lynx(acme):
    today = timezone.now().date()
    challenge = ChallengeFactory(
        organization=acme, name="Walk the Alps", starts_on=today - DAY, ends_on=today + 9 * DAY
    )
    return TeamFactory(challenge=challenge, name="Lynx")


def over(team):
    today = timezone.now().date()
    team.challenge.starts_on, team.challenge.ends_on = today - 20 * DAY, today - 10 * DAY
    team.challenge.save()


def inside(team):
    rows = Participant.objects.filter(team=team, left_at=None)
    return set(rows.values_list("person__email", flat=True))


def test_a_stranger_to_the_page_reads_what_it_is_about_and_of_nobody(client, lynx, alice):
    row = ParticipantFactory(challenge=lynx.challenge, person=alice, team=lynx)
    lynx.captain = row
    lynx.save()
    answer = client.get(link(lynx))
    page = words(answer)
    assert answer.status_code == 200
    for word in ("Lynx", "Walk the Alps", "Acme", "Sign in to join"):
        assert word in page
    assert alice.display_name not in page
    assert alice.email not in page
    assert "no-store" in answer["Cache-Control"]


def test_somebody_signs_in_and_joins_with_one_button(client, lynx, alice):
    page = words(client.get(link(lynx)))
    sign_in = re.search(r'href="(/accounts/login/\?next=[^"]+)"', page)[1]
    form = words(client.get(sign_in))
    assert "then you can join the team" in form
    assert f'name="next" value="{link(lynx)}"' in form
    sent = {"login": alice.email, "password": PASSWORD, "next": link(lynx)}
    assert client.post("/accounts/login/", sent)["Location"] == link(lynx)
    assert "Join the team" in words(client.get(link(lynx)))
    assert inside(lynx) == set()
    done = client.post(link(lynx), follow=True)
    assert "You are in “Lynx”" in words(done)
    assert inside(lynx) == {alice.email}


def test_a_sign_in_code_leads_back_to_the_invitation(client, lynx, alice, mailoutbox):
    client.post("/accounts/login/code/", {"email": alice.email, "next": link(lynx)})
    code = re.search(r"^([A-Z0-9-]{6,9})$", mailoutbox[0].body, re.MULTILINE)[1]
    sent = {"code": code, "next": link(lynx)}
    assert client.post("/accounts/login/code/confirm/", sent)["Location"] == link(lynx)


def test_opening_a_link_joins_nobody(client, lynx, alice):
    client.force_login(alice)
    client.get(link(lynx))
    client.head(link(lynx))
    assert inside(lynx) == set()


def test_another_site_cannot_send_the_button(lynx, alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    refused = client.post(link(lynx))
    assert refused.status_code == 403
    assert "Please try that once more" in words(refused)
    page = client.get(link(lynx)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    assert client.post(link(lynx), {"csrfmiddlewaretoken": token}).status_code == 302
    assert inside(lynx) == {alice.email}


def test_who_is_not_signed_in_joins_nothing(client, lynx):
    answer = client.post(link(lynx))
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/accounts/login/?next={link(lynx)}",
    )


def test_taking_it_up_twice_changes_nothing(client, lynx, alice):
    client.force_login(alice)
    client.post(link(lynx))
    joined = Participant.objects.get(person=alice).joined_at
    client.post(link(lynx))
    assert Participant.objects.get(person=alice).joined_at == joined


def test_who_takes_part_alone_gets_the_team(client, lynx, alice):
    ParticipantFactory(challenge=lynx.challenge, person=alice)
    client.force_login(alice)
    client.post(link(lynx))
    assert inside(lynx) == {alice.email}


BAD = ["guess", "a" * 200, "%00", "a%00b", "%F0%9F%98%80", "%ff", "..", "'--"]


@pytest.mark.parametrize("invite", BAD)
def test_a_code_nobody_gave_has_a_page(client, lynx, invite):
    answer = client.get(f"/join/{invite}")
    assert answer.status_code == 404
    assert "This invitation does not work" in words(answer)
    assert "Lynx" not in words(answer)
    assert client.post(f"/join/{invite}").status_code == 404


def test_a_renewed_invitation_ends_the_old_link(client, lynx, alice):
    old = link(lynx)
    lynx.captain = ParticipantFactory(challenge=lynx.challenge, person=alice, team=lynx)
    lynx.save()
    renewed = teams.renew_invite(team=lynx, person=alice, now=timezone.now())
    assert client.get(old).status_code == 404
    assert client.get(link(renewed)).status_code == 200


def test_a_draft_is_as_unknown_as_nonsense(client, lynx):
    lynx.challenge.published_at = None
    lynx.challenge.save()
    draft, nonsense = client.get(link(lynx)), client.get(f"/join/{new_invite()}")
    assert draft.status_code == 404
    assert draft.content == nonsense.content


def test_teams_without_an_invitation_are_not_behind_an_empty_link(client, acme):
    TeamFactory(challenge=ChallengeFactory(organization=acme), name="Old", invite="")
    assert "Old" not in words(client.get("/join/"))


def refused(client, lynx, person, *, get=200, post=409):
    """Return the page somebody finds who cannot join, by opening and by sending."""
    client.force_login(person)
    seen = client.get(link(lynx))
    assert seen.status_code == get
    assert "Join the team" not in words(seen)
    before = inside(lynx)
    sent = client.post(link(lynx))
    assert sent.status_code == post
    assert inside(lynx) == before
    assert "<h1>" in words(sent)
    return words(seen)


def test_a_full_team_says_so(client, lynx, alice, bob):
    lynx.challenge.team_rules = {"largest": 1}
    lynx.challenge.save()
    ParticipantFactory(challenge=lynx.challenge, person=bob, team=lynx)
    assert "“Lynx” is full" in refused(client, lynx, alice)


def test_who_is_in_another_team_reads_which_and_what_to_do(client, lynx, alice):
    ibex = TeamFactory(challenge=lynx.challenge, name="Ibex")
    ParticipantFactory(challenge=lynx.challenge, person=alice, team=ibex)
    page = refused(client, lynx, alice)
    assert "You are in another team" in page
    assert "“Ibex”" in page
    assert "to move you" in page


def test_after_the_last_day_nobody_joins(client, lynx, alice):
    over(lynx)
    assert "It is too late to join" in words(client.get(link(lynx)))
    assert "Sign in to join" not in words(client.get(link(lynx)))
    assert "It is too late to join" in refused(client, lynx, alice)


def test_who_is_in_it_still_reads_so_when_it_is_over(client, lynx, alice):
    ParticipantFactory(challenge=lynx.challenge, person=alice, team=lynx)
    over(lynx)
    client.force_login(alice)
    assert "You are in “Lynx”" in words(client.get(link(lynx)))


def test_somebody_of_another_organization_is_told_and_joins_nothing(client, lynx, charlie):
    page = refused(client, lynx, charlie, get=403, post=403)
    assert "This invitation is for people of Acme" in page
    assert "an account of Other Ltd" in page


def test_signing_out_leads_back_to_the_invitation(client, lynx, charlie):
    client.force_login(charlie)
    page = words(client.get(link(lynx)))
    assert f'name="next" value="{link(lynx)}"' in page
    answer = client.post("/accounts/logout/", {"next": link(lynx)})
    assert (answer.status_code, answer["Location"]) == (302, link(lynx))
    assert "Sign in to join" in words(client.get(link(lynx)))


def test_somebody_who_was_switched_off_is_nobody(client, lynx, alice):
    client.force_login(alice)
    alice.is_active = False
    alice.save()
    assert "Sign in to join" in words(client.get(link(lynx)))
    assert client.post(link(lynx)).status_code == 302
    assert inside(lynx) == set()


def test_names_are_never_markup(client, lynx):
    lynx.name = "<img src=x>"
    lynx.save()
    assert "<img" not in words(client.get(link(lynx)))


def test_before_joining_everybody_reads_what_others_will_see(client, lynx, alice):
    client.force_login(alice)
    assert "as “Alice Adams”" in words(client.get(link(lynx)))
    alice.leaderboard_visibility, alice.leaderboard_name = Visibility.ALIAS, "Speedy"
    alice.save()
    assert "as “Speedy”" in words(client.get(link(lynx)))
    alice.leaderboard_visibility = Visibility.HIDDEN
    alice.save()
    page = words(client.get(link(lynx)))
    assert "no leaderboard lists you" in page
    assert "score all the same" in page


def test_the_app_gets_the_link_with_the_invitation(api, settings, lynx, alice):
    ParticipantFactory(challenge=lynx.challenge, person=alice, team=lynx)
    team = api(alice).get(f"/api/v1/challenges/{lynx.challenge.pk}").json()["team"]
    assert team["invite"] == lynx.invite
    assert team["url"] == f"{settings.BASE_URL}{link(lynx)}"


def test_managers_get_the_links_viewers_do_not(staff, api, settings, acme, hr, viewer, lynx):
    where = f"/api/v1/staff/challenges/{lynx.challenge.pk}/teams"
    url = f"{settings.BASE_URL}{link(lynx)}"
    assert api(hr).get(where).json()["results"][0]["url"] == url
    assert api(viewer).get(where).json()["results"][0]["url"] is None
    page = f"/dashboard/challenges/{lynx.challenge.pk}/teams/"
    assert f'value="{url}"' in words(staff.get(page))
    staff.force_login(viewer)
    assert lynx.invite not in words(staff.get(page))


def test_a_team_without_an_invitation_has_no_link(api, staff, hr, acme, lynx):
    lynx.invite = ""
    lynx.save()
    where = f"/api/v1/staff/challenges/{lynx.challenge.pk}/teams"
    assert api(hr).get(where).json()["results"][0]["url"] is None
    page = words(staff.get(f"/dashboard/challenges/{lynx.challenge.pk}/teams/"))
    assert "New invitation" in page
    assert "data-copy" not in page


def test_who_is_not_signed_in_costs_one_query(client, lynx, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(link(lynx))
