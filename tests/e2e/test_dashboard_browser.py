"""HR staff at work in a real browser: nothing may break the content policy or log an error."""

from datetime import timedelta

import pytest
from django.utils import timezone

from challenges.models import Challenge
from steps.models import Freshness
from tests.dashboard import people as made

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_challenge_is_created_published_and_seen(dashboard):
    dashboard.get_by_role("link", name="New challenge").click()
    dashboard.get_by_role("link", name="Blank").click()
    dashboard.get_by_label("Name", exact=True).fill("Walk to the Sea")
    dashboard.get_by_label("Daily maximum").fill("25000")
    dashboard.get_by_text("At most 25,000 steps of a day count.").wait_for()
    dashboard.locator("#id_team_names").fill("Ibex\nLynx")
    dashboard.get_by_role("button", name="Save as draft").click()
    dashboard.get_by_text("is saved as a draft").wait_for()
    dashboard.get_by_role("link", name="Preview and publish").first.click()
    dashboard.get_by_role("button", name="Publish now").click()
    dashboard.get_by_text("is published").wait_for()
    dashboard.get_by_role("link", name="Overview").first.click()
    card = dashboard.get_by_role("article").filter(has_text="Walk to the Sea")
    assert "Upcoming" in card.inner_text()
    assert Challenge.objects.get().teams.count() == 2


def test_what_is_wrong_is_shown_beside_its_field(dashboard):
    dashboard.get_by_role("link", name="New challenge").click()
    dashboard.get_by_role("link", name="Blank").click()
    dashboard.get_by_label("Name", exact=True).fill("")
    dashboard.get_by_role("button", name="Save as draft").click()
    dashboard.get_by_text("Nothing was saved yet.").wait_for()
    name = dashboard.get_by_label("Name", exact=True)
    assert name.get_attribute("aria-invalid") == "true"
    assert dashboard.locator("#id_name_error").inner_text() == "This field is required."


def test_health_is_filtered_without_leaving_the_page(dashboard, acme):
    made.everybody(acme)
    dashboard.get_by_role("link", name="People").first.click()
    dashboard.get_by_text("Fresh 0").wait_for()
    dashboard.get_by_text("Broken 1").click()
    dashboard.get_by_text("1 person matches").wait_for()
    assert dashboard.locator("tbody tr").count() == 1
    assert "Access was withdrawn at Fitbit" in dashboard.locator("tbody").inner_text()
    dashboard.wait_for_url("**/dashboard/people/?state=broken")
    dashboard.get_by_text("All 11").click()
    dashboard.get_by_placeholder("Search").press_sequentially("silas")
    dashboard.wait_for_url("**/dashboard/people/?q=silas")
    assert dashboard.locator("tbody tr").count() == 1
    assert dashboard.locator("#count-stale").inner_text() == "1"


def test_hr_sees_it_happen_when_somebody_syncs(dashboard, acme):
    person = made.failing(acme, "Oskar Outage")
    made.running_challenge(acme, [person])
    dashboard.get_by_role("link", name="Challenges").click()
    dashboard.get_by_role("link", name="Walk the Alps").click()
    dashboard.get_by_label("Walk the Alps").get_by_role("link", name="People").click()
    dashboard.get_by_text("Fitbit does not answer properly").wait_for()
    made.ran(person.connections.get(), ago=timedelta(seconds=1))
    Freshness.objects.filter(person=person).update(confirmed_at=timezone.now())
    dashboard.get_by_text("All well").wait_for()
    assert dashboard.get_by_text("Fitbit does not answer properly").count() == 0


def test_signing_out_elsewhere_ends_the_page_here(dashboard, live_server, complaints):
    other = dashboard.context.new_page()
    other.goto(f"{live_server.url}/dashboard/challenges/")
    other.locator(".menu summary").click()
    other.get_by_role("button", name="Sign out").click()
    other.get_by_role("heading", name="Sign in").wait_for()
    dashboard.get_by_role("heading", name="Sign in").wait_for()
    assert all("401 (Unauthorized)" in complaint for complaint in complaints)
    complaints.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(dashboard, live_server, acme, scheme, width):
    challenge = made.running_challenge(acme, made.everybody(acme))
    dashboard.emulate_media(color_scheme=scheme)
    dashboard.set_viewport_size({"width": width, "height": 800})
    own = f"/dashboard/challenges/{challenge.pk}/"
    parts = ["", "people/", "teams/", "standings/", "feed/", "end/", "audit/", "edit/"]
    new = ["/dashboard/challenges/start/", "/dashboard/challenges/new/?template=walk-to-porto"]
    for path in ["/dashboard/", "/dashboard/people/", *new, *(own + part for part in parts)]:
        dashboard.goto(f"{live_server.url}{path}")
        assert dashboard.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
