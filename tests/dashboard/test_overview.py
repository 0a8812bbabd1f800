from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.roster import people_of, reasons
from sync.models import Run
from tests.dashboard import people as made
from tests.factories import ConnectionFactory, DayFactory, ParticipantFactory, UserFactory
from users.models import Visibility


def words(answer):
    return " ".join(answer.content.decode().split())


def test_an_empty_programme_says_what_to_do_next(staff):
    page = words(staff.get("/dashboard/"))
    assert "No challenge is running or coming up" in page
    assert "/dashboard/challenges/new/" in page
    assert "No tracker is connected yet" in page
    assert "Nothing has been synced yet" in page


def test_a_viewer_is_not_offered_what_they_may_not_do(client, viewer):
    client.force_login(viewer)
    assert "/dashboard/challenges/new/" not in words(client.get("/dashboard/"))


def test_the_overview_counts_everybody_once_with_reasons(staff, acme):
    made.running_challenge(acme, made.everybody(acme))
    answer = staff.get("/dashboard/")
    counts = {state.value: count for state, count in answer.context["counts"].items()}
    assert counts == {"broken": 1, "stale": 3, "none": 1, "fresh": 5}
    found = {(reason.cause.code, reason.people) for reason in answer.context["reasons"]}
    assert found == {
        ("consent_revoked", 1),
        ("provider_outage", 1),
        ("relay_silent", 1),
        ("device_battery_low", 1),
        ("no_connection", 1),
    }
    page = words(answer)
    assert "Access was withdrawn at Fitbit" in page
    assert "Walk the Alps" in page
    assert "of 11 people have joined" in page


def test_the_same_reason_at_one_provider_is_one_line(acme):
    made.revoked(acme, "One")
    made.revoked(acme, "Two")
    [reason] = reasons(people_of(acme), now=timezone.now())
    assert (reason.cause.code, reason.people) == ("consent_revoked", 2)


def test_trackers_put_away_are_not_in_use(staff, acme):
    person = made.fresh(acme, "Ann")
    ConnectionFactory(person=person, status="disconnected", provider="healthkit", account_id="")
    [use] = staff.get("/dashboard/").context["trackers"]
    assert (use.name, use.working, use.total) == ("Fitbit", 1, 1)


def test_a_provider_that_is_gone_from_the_code_is_still_shown(staff, acme):
    person = made.fresh(acme, "Ann")
    made.connected(person, provider="pedometer-of-old", account_id="x")
    assert "pedometer-of-old" in words(staff.get("/dashboard/"))


def test_runs_of_the_last_day_are_counted(staff, acme):
    connection = made.fresh(acme, "Ann").connections.get()
    made.ran(connection, cause="provider_outage")
    made.ran(connection, ago=timedelta(days=2))
    made.ran(connection, state=Run.State.QUEUED)
    activity = staff.get("/dashboard/").context["activity"]
    assert (activity.done, activity.failed) == (1, 1)
    assert sum(hour.value for hour in activity.hours) == 1
    assert len(activity.hours) == 24


def today_steps(client):
    return client.get("/dashboard/").context["today_steps"]


def test_steps_are_summed_over_those_who_show_themselves(staff, acme):
    people = [made.fresh(acme, f"Person {n}") for n in range(6)]
    for person in people:
        DayFactory(person=person, date=timezone.now().date(), steps=1_000)
    people[0].leaderboard_visibility = Visibility.HIDDEN
    people[0].save()
    assert (today_steps(staff).value, today_steps(staff).short) == (5_000, "of 5 people")


def test_steps_of_too_few_people_are_not_shown(staff, acme):
    for n in range(4):
        DayFactory(person=made.fresh(acme, f"Person {n}"), date=timezone.now().date(), steps=1_000)
    assert today_steps(staff).value is None
    assert "fewer than 5 people" in words(staff.get("/dashboard/"))


def test_steps_of_people_outside_the_open_challenges_are_left_out(staff, acme):
    people = [made.fresh(acme, f"Person {n}") for n in range(5)]
    made.running_challenge(acme, people)
    DayFactory(person=made.fresh(acme, "Outsider"), date=timezone.now().date(), steps=99_999)
    assert today_steps(staff).short == "of 5 people"


def test_who_left_or_was_switched_off_no_longer_counts(staff, acme):
    people = [made.fresh(acme, f"Person {n}") for n in range(3)]
    challenge = made.running_challenge(acme, people)
    ParticipantFactory(
        challenge=challenge, person=UserFactory(organization=acme), left_at=timezone.now()
    )
    people[0].is_active = False
    people[0].save()
    answer = staff.get("/dashboard/")
    assert answer.context["cards"][0].joined == 2
    assert answer.context["total"] == 2


@pytest.mark.parametrize("part", ["now", "trends"])
def test_parts_refresh_themselves(staff, partial, part):
    answer = staff.get(f"/dashboard/{part}/", headers=partial)
    assert answer.status_code == 200
    assert f'id="overview-{part}"' in words(answer)
    assert "<html" not in words(answer)
