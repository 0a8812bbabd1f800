"""HR runs a challenge from template to result in a real browser."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from challenges import results, scoring
from challenges.models import Challenge
from tests.dashboard import people as made
from tests.factories import ParticipantFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


def tab(page, name):
    page.locator(".tabs").first.get_by_role("link", name=name).click()


def time_passes(challenge, people):
    """Let the challenge have ended five days ago, with steps of everybody."""
    today = timezone.now().date()
    length = challenge.ends_on - challenge.starts_on
    challenge.ends_on = today - 5 * DAY
    challenge.starts_on = challenge.ends_on - length
    challenge.grace_hours = 0
    challenge.save()
    for place, row in enumerate(challenge.participants.filter(person__in=people)):
        made.walk(row, today, place)
        with transaction.atomic():
            days = [today - n * DAY for n in range(10)]
            # The scores count while the challenge is open, as they would have at the time.
            scoring.record_days(person_id=row.person_id, dates=days, now=timezone.now() - 6 * DAY)


def test_a_journey_from_template_to_result(dashboard, acme, tmp_path: Path):
    people = [made.fresh(acme, f"Walker {n}") for n in range(10)]
    dashboard.get_by_role("link", name="New challenge").click()
    dashboard.get_by_role("link", name="Walk to a city").click()
    dashboard.get_by_label("Name", exact=True).fill("To Porto")
    dashboard.get_by_label("Waypoints").fill("0 Lisbon\n20000 Sintra\n340000 Porto")
    dashboard.get_by_text("You pass Lisbon at 0, Sintra at 20,000, Porto at 340,000.").wait_for()
    dashboard.get_by_role("button", name="Save as draft").click()
    dashboard.get_by_role("link", name="Preview and publish").first.click()
    dashboard.get_by_text("The route is 340,000 metres long; your score is your way.").wait_for()
    dashboard.get_by_role("button", name="Publish now").click()
    dashboard.get_by_text("is published").wait_for()

    challenge = Challenge.objects.get()
    for person in people:
        ParticipantFactory(challenge=challenge, person=person)
    tab(dashboard, "Teams")
    dashboard.get_by_label("New teams").fill("North\nSouth")
    dashboard.get_by_role("button", name="Add", exact=True).click()
    dashboard.get_by_text("Added: North, South.").wait_for()
    dashboard.get_by_role("button", name="Split at random").click()
    dashboard.get_by_text("10 people were put into teams.").wait_for()
    assert sorted(team.members.count() for team in challenge.teams.all()) == [5, 5]

    challenge.refresh_from_db()
    time_passes(challenge, people)
    assert results.finalise(challenge=challenge, now=timezone.now())
    tab(dashboard, "End")
    dashboard.get_by_text("the stored lines give this fingerprint").wait_for()
    with dashboard.expect_download() as download:
        dashboard.get_by_role("link", name="Result as CSV").click()
    download.value.save_as(tmp_path / "result.csv")
    with (tmp_path / "result.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["board"] for row in rows} == {"people", "teams"}
    assert sum(row["board"] == "people" for row in rows) == 10
    tab(dashboard, "Overview")
    dashboard.get_by_role("img", name="Map of the route").wait_for()
    assert "10 have been there" in dashboard.locator(".places").inner_text()


def test_the_fields_follow_the_kind(dashboard):
    dashboard.get_by_role("link", name="New challenge").click()
    dashboard.get_by_role("link", name="Blank").click()
    dashboard.get_by_label("Name", exact=True).fill("Kept")
    dashboard.get_by_label("Kind").select_option("daily_goal")
    dashboard.get_by_label("Goal of a day").fill("7000")
    dashboard.get_by_text("at least 7,000 counted steps").wait_for()
    assert dashboard.get_by_label("Name", exact=True).input_value() == "Kept"
    dashboard.get_by_label("Kind").select_option("bracket")
    dashboard.get_by_label("Hours until a round is decided").wait_for()
    assert dashboard.get_by_label("Goal of a day").count() == 0


def test_fields_that_a_rule_does_not_use_are_not_shown(dashboard):
    dashboard.get_by_role("link", name="New challenge").click()
    dashboard.get_by_role("link", name="Blank").click()
    limit = dashboard.get_by_label("Limit for steps typed in by hand")
    assert not limit.is_visible()
    dashboard.get_by_label("Count up to a limit").check()
    assert limit.is_visible()
