"""HR copies an invitation, an employee takes it up on a phone, within the content policy."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import PASSWORD, ChallengeFactory, TeamFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def lynx(acme, settings, live_server):
    settings.BASE_URL = live_server.url
    today = timezone.now().date()
    challenge = ChallengeFactory(
        organization=acme, name="Walk the Alps", starts_on=today - DAY, ends_on=today + 9 * DAY
    )
    return TeamFactory(challenge=challenge, name="Lynx")


@pytest.fixture
def phone(chromium, complaints):
    context = chromium.new_context(**PHONE)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield page
    context.close()


def copied(dashboard, live_server, lynx):
    dashboard.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dashboard.goto(f"{live_server.url}/dashboard/challenges/{lynx.challenge.pk}/teams/")
    dashboard.get_by_role("button", name="Copy").click()
    dashboard.get_by_role("button", name="Copied").wait_for()
    return dashboard.evaluate("navigator.clipboard.readText()")


def test_an_invitation_goes_from_hr_to_a_phone(dashboard, phone, live_server, lynx, alice):
    link = copied(dashboard, live_server, lynx)
    assert link == f"{live_server.url}/join/{lynx.invite}"
    phone.goto(link)
    phone.get_by_role("heading", name="Join “Lynx”").wait_for()
    phone.get_by_role("link", name="Sign in to join").click()
    phone.get_by_label("Email").fill(alice.email)
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    phone.get_by_role("button", name="Join the team").click()
    phone.get_by_role("heading", name="You are in “Lynx”").wait_for()
    assert lynx.members.get().person == alice


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_invitation_is_no_wider_than_its_window(page, live_server, lynx, scheme, width):
    lynx.name = "W" * 80
    lynx.save()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/join/{lynx.invite}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
