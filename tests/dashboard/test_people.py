from datetime import timedelta

import pytest
from django.utils import timezone

from tests.dashboard import people as made
from tests.factories import ConnectionFactory, UserFactory

PAGE = "/dashboard/people/"


def words(answer):
    return " ".join(answer.content.decode().split())


def names(answer):
    return [row.person.display_name for row in answer.context["listed"].rows]


@pytest.fixture
def crowd(acme):
    return made.everybody(acme)


def test_everybody_is_listed_with_reason_remedy_and_times(staff, crowd):
    page = words(staff.get(PAGE))
    assert "Access was withdrawn at Fitbit" in page
    assert "Open the app and reconnect Fitbit." in page
    assert "The phone has been silent for a day" in page
    assert "Charge 6" in page
    assert "No tracker connected" in page
    assert "next check <time" in page
    assert ">in 10 min</time>" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "broken"}, ["Rita Revoked"]),
        ({"state": "stale"}, ["Oskar Outage", "Silas Silent", "Theo Tracker"]),
        ({"state": "none"}, ["Hana HR", "Nora Never"]),
        ({"q": "rita"}, ["Rita Revoked"]),
        ({"q": "hr@acme"}, ["Hana HR"]),
        ({"q": "silent", "state": "fresh"}, []),
        ({"cause": "relay_silent"}, ["Silas Silent"]),
        ({"cause": "consent_revoked", "provider": "fitbit"}, ["Rita Revoked"]),
        ({"cause": "consent_revoked", "provider": "healthkit"}, []),
        ({"provider": "healthkit"}, ["Silas Silent"]),
    ],
)
def test_the_list_is_filtered(staff, crowd, query, found):
    assert names(staff.get(PAGE, query)) == found


def test_only_those_taking_part(staff, acme, crowd):
    made.running_challenge(acme, crowd[:3])
    assert len(names(staff.get(PAGE, {"who": "taking_part"}))) == 3


def test_a_filter_that_finds_nobody_says_how_to_go_on(staff):
    page = words(staff.get(PAGE, {"q": "nobody of that name"}))
    assert "Nobody matches" in page
    assert "Show all" in page


def test_thousands_of_people_come_in_pages(staff, acme):
    for n in range(60):
        UserFactory(organization=acme, display_name=f"Person {n:03}")
    first = staff.get(PAGE)
    assert len(names(first)) == 50
    assert "Page 1 of 2" in words(first)
    second = staff.get(PAGE, {"page": "2", "state": "none"})
    assert len(names(second)) == 11
    assert "state=none&amp;page=1" in words(second)


@pytest.mark.parametrize("page", ["0", "-1", "999999999999999999999", "x", "%00"])
def test_a_page_that_does_not_exist_is_the_nearest_one(staff, page):
    assert staff.get(PAGE, {"page": page}).status_code == 200


def test_the_list_refreshes_itself_with_its_filter(staff, crowd, partial):
    answer = staff.get(f"{PAGE}list/", {"state": "broken", "page": "1"}, headers=partial)
    page = words(answer)
    assert 'hx-get="/dashboard/people/list/?state=broken&amp;page=1"' in page
    assert 'hx-trigger="every 10s"' in page
    assert 'id="count-stale" class="count" hx-swap-oob="true">3<' in page
    assert answer["HX-Replace-Url"] == f"{PAGE}?state=broken"


def test_counts_are_not_written_twice_into_the_whole_page(staff, crowd):
    assert words(staff.get(PAGE)).count('id="count-stale"') == 1


def test_hr_sees_somebody_sync(staff, acme):
    person = made.failing(acme, "Oskar Outage")
    assert "Fitbit does not answer properly" in words(staff.get(PAGE))
    connection = person.connections.get()
    made.ran(connection, ago=timedelta(seconds=1), state="running")
    assert "syncing now" in words(staff.get(PAGE))
    connection.runs.filter(state="running").update(state="done")
    person.freshness.delete()
    made.confirmed(person, ago=timedelta(seconds=1))
    page = words(staff.get(PAGE, {"q": "Oskar"}))
    assert "does not answer" not in page
    assert "just now" in page


def test_a_failure_from_before_reconnecting_is_forgotten(staff, acme):
    connection = made.revoked(acme, "Rita Revoked").connections.get()
    connection.status, connection.reason = "active", ""
    connection.connected_at = timezone.now()
    connection.save()
    assert "Access was withdrawn" not in words(staff.get(PAGE))


def test_an_unknown_reason_is_shown_and_never_an_error(staff, acme):
    person = UserFactory(organization=acme)
    ConnectionFactory(person=person, status="needs_reconnect", reason="something_new")
    ConnectionFactory(person=person, provider="unheard-of", status="retired", reason="")
    assert "Something new" in words(staff.get(PAGE))


def test_every_age_has_its_exact_time(staff, acme):
    made.fresh(acme, "Ann")
    assert "ago</time>" in words(staff.get(PAGE))
    assert 'title="' in words(staff.get(PAGE)).split("<time", 2)[2]
