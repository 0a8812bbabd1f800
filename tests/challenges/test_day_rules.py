"""Late joiners, entered activities, chosen providers and the organization's own days."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from challenges import activities, choosing, erasure, membership, progress, results, scoring
from challenges.drift import drifts
from challenges.models import Activity, Participant, ScoredDay
from challenges.phases import final_at
from challenges.plan_rules import PlanInvalid
from challenges.tasks import catch_up_chosen_days
from steps.models import Bucket, Report, Source
from steps.rebuild import days_again
from tests.factories import NOON, DayFactory, UserFactory

TODAY = date(2026, 11, 20)
YESTERDAY = date(2026, 11, 19)


def ruled(challenge, **rules):
    for field, value in rules.items():
        setattr(challenge, field, value)
    challenge.save()
    return challenge


@pytest.mark.parametrize(
    ("zone", "first"), [("Pacific/Kiritimati", date(2026, 11, 21)), ("Pacific/Pago_Pago", TODAY)]
)
def test_who_joins_late_starts_with_their_own_day(acme, challenge, join, standing, zone, first):
    ruled(challenge, late_joiners="from_joining")
    person = UserFactory(organization=acme, timezone=zone)
    for day in (YESTERDAY, TODAY, date(2026, 11, 21)):
        DayFactory(person=person, date=day, steps=day.day)
    row = join(person)
    assert row.counts_from == first
    assert standing(person) == (sum(d for d in (20, 21) if d >= first.day), 60)
    membership.leave(challenge=challenge, person=person, now=NOON)
    assert join(person, now=NOON + timedelta(days=2)).counts_from == first


def test_a_day_before_joining_says_why(alice, challenge, join):
    ruled(challenge, late_joiners="from_joining")
    DayFactory(person=alice, date=YESTERDAY, steps=700)
    days = progress.progress(join(alice), alice, now=NOON)
    assert days[-2].left_out == {"before_joining": 700}
    assert (days[-2].steps, days[-2].counted) == (700, 0)


def test_hand_typed_steps_are_labelled(alice, challenge, join, walk, standing):
    ruled(challenge, manual_policy="label")
    join(alice)
    walk(alice, 8000, with_manual=9500)
    assert standing(alice) == (9500, 9500)
    row = Participant.objects.get()
    assert progress.progress(row, alice, now=NOON)[-1].typed == 1500


@pytest.fixture
def enter(alice):
    def put(amount, kind="moderate_minutes", day=TODAY, person=alice):
        return activities.enter(person=person, day=day, kind=kind, amount=amount, now=NOON)

    return put


def test_activities_count_where_they_are_converted(alice, challenge, join, enter, walk, standing):
    ruled(challenge, conversions="activities-1", daily_cap=5000)
    enter(10)
    join(alice)
    assert standing(alice) == (1000, 1000)
    walk(alice, 500)
    enter(20)
    enter(3, "vigorous_minutes")
    assert standing(alice) == (2890, 2890)
    assert progress.progress(Participant.objects.get(), alice, now=NOON)[-1].converted == 2390
    enter(1440)
    assert standing(alice) == (5000, 500 + 144_000 + 390)
    enter(0)
    enter(0, "vigorous_minutes")
    assert standing(alice) == (500, 500)
    assert not Activity.objects.exists()
    assert list(drifts(challenge)) == []


def test_pushes_for_somebody_without_steps(alice, challenge, join, enter, standing):
    ruled(challenge, conversions="wheelchair-1")
    join(alice)
    row = enter(4321, "wheelchair_pushes")
    enter(60)
    assert standing(alice) == (4321, 4321)
    assert activities.remove(person=alice, activity_id=row.pk, now=NOON)
    assert not ScoredDay.objects.exists()


def test_where_nothing_is_converted_activities_count_nothing(alice, join, enter, standing):
    join(alice)
    enter(60)
    assert standing(alice) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "amount", "day", "field"),
    [
        ("sleep", 5, TODAY, "kind"),
        ("moderate_minutes", 1441, TODAY, "amount"),
        ("moderate_minutes", -1, TODAY, "amount"),
        ("moderate_minutes", 5, date(2026, 11, 21), "date"),
        ("moderate_minutes", 5, date(2025, 11, 18), "date"),
    ],
)
def test_what_cannot_be_entered(enter, kind, amount, day, field):
    with pytest.raises(PlanInvalid) as caught:
        enter(amount, kind, day)
    assert set(caught.value.errors) == {field}
    assert not Activity.objects.exists()


def test_erasure_takes_activities(alice, enter):
    enter(5)
    erasure.erase_person(person_id=alice.pk, now=NOON)
    assert not Activity.objects.exists()


def test_activities_over_http(api, alice, bob, challenge, join, time_machine):
    time_machine.move_to(NOON, tick=False)
    ruled(challenge, conversions="activities-1")
    join(alice)
    client, url = api(alice), "/api/v1/activities"
    body = {"date": "2026-11-20", "kind": "moderate_minutes", "amount": 30}
    first = client.post(url, body, format="json").json()
    again = client.post(url, body | {"amount": 45}, format="json").json()
    assert (again["id"], again["amount"], again["unit"]) == (first["id"], 45, "minutes")
    assert [one["amount"] for one in client.get(url).json()["results"]] == [45]
    assert client.get(url, {"from": "2026-11-21", "to": "2026-11-30"}).json()["results"] == []
    assert api(bob).get(url).json()["results"] == []
    there = f"{url}/{first['id']}"
    assert api(bob).delete(there).status_code == 404
    assert client.delete(f"{url}/nonsense").status_code == 404
    assert client.delete(f"{url}/{uuid.uuid4()}").status_code == 404
    assert client.delete(there).status_code == 204
    assert client.delete(there).status_code == 404
    none = client.post(url, body | {"amount": 0}, format="json").json()
    assert (none["id"], none["amount"]) == (None, 0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"date": "x", "kind": "moderate_minutes", "amount": 5},
        {"date": "2026-11-20", "kind": "sleep", "amount": 5},
        {"date": "2026-11-20", "kind": "moderate_minutes", "amount": 2000},
        {"date": "2026-11-20", "kind": "moderate_minutes", "amount": 10**30},
        {"date": "2020-11-20", "kind": "moderate_minutes", "amount": 5},
    ],
)
def test_bad_activities(api, alice, body, time_machine):
    time_machine.move_to(NOON, tick=False)
    answer = api(alice).post("/api/v1/activities", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.fixture
def tracker(alice):
    """Return a function that stores hours (UTC start, steps) or a day total of a provider."""

    def say(provider, *, hours=(), total=None, day=TODAY, person=alice):
        connection = uuid.uuid5(uuid.NAMESPACE_DNS, f"{provider}{person.pk}")
        source, _ = Source.objects.get_or_create(
            person=person,
            connection_id=connection,
            key="cloud",
            defaults={
                "name": provider,
                "provider": provider,
                "kind": "cloud",
                "channel": "cloud" if total is not None else "merged",
                "first_seen_at": NOON,
            },
        )
        report = Report.objects.create(
            person=person, connection_id=connection, via="poll", as_of=NOON, received_at=NOON
        )
        common = {"person": person, "source": source, "as_of": NOON, "report": report}
        if total is not None:
            Bucket.objects.create(**common, date=day, whole_day=True, steps=total)
        for start, steps in hours:
            Bucket.objects.create(
                **common,
                date=day,
                whole_day=False,
                start=start,
                end=start + timedelta(hours=1),
                steps=steps,
            )
        days = {day, *(person.calendar.date_of(start) for start, _ in hours)}
        days_again(person_id=person.pk, dates=days, why="test", now=NOON)
        scoring.record_days(person_id=person.pk, dates=days, now=NOON)

    return say


def test_only_some_providers_count(alice, challenge, join, tracker, standing):
    ruled(challenge, providers=["misfit"])
    join(alice)
    tracker("fitbit", total=9000)
    assert not ScoredDay.objects.exists()
    tracker("misfit", total=6000)
    assert standing(alice) == (6000, 6000)
    assert list(drifts(challenge)) == []


def test_days_of_the_organization(acme, alice, challenge, join, tracker, standing):
    acme.timezone = "Asia/Tokyo"  # eight hours ahead of Berlin
    acme.save()
    ruled(challenge, zone_rule="organization")
    join(alice)
    tracker(
        "healthkit",
        hours=[
            (datetime(2026, 11, 20, 14, tzinfo=UTC), 100),  # 23:00 in Tokyo
            (datetime(2026, 11, 20, 15, tzinfo=UTC), 20),  # midnight there
        ],
    )
    kept = dict(ScoredDay.objects.values_list("date", "counted"))
    assert {day: steps for day, steps in kept.items() if steps} == {
        TODAY: 100,
        date(2026, 11, 21): 20,
    }
    assert standing(alice) == (120, 120)
    assert list(drifts(challenge)) == []


def test_a_day_total_counts_only_where_the_days_are_the_same(
    acme, alice, challenge, join, tracker, standing
):
    ruled(challenge, zone_rule="organization")
    acme.timezone = "Asia/Tokyo"
    acme.save()
    join(alice)
    tracker("misfit", total=6000)
    assert standing(alice) == (0, 0)
    acme.timezone = "Europe/Paris"
    acme.save()
    scoring.rescore(challenge_id=challenge.pk, now=NOON)
    assert standing(alice) == (6000, 6000)


def test_a_source_that_did_not_give_the_day_is_caught_up_with(
    alice, challenge, join, tracker, standing, time_machine
):
    ruled(challenge, providers=["misfit"])
    join(alice)
    tracker("misfit", total=6000)
    tracker("fitbit", total=9000)
    Bucket.objects.filter(source__provider="misfit").update(steps=7000)
    scoring.record_days(person_id=alice.pk, dates=[], now=NOON)
    assert standing(alice) == (6000, 6000)
    time_machine.move_to(NOON + timedelta(hours=9), tick=False)
    catch_up_chosen_days()
    assert standing(alice) == (7000, 7000)
    assert choosing.catch_up(now=NOON + timedelta(hours=10)) == 0


def test_what_nobody_has_caught_up_with_yet_is_in_the_result(
    alice, challenge, join, tracker, standing
):
    ruled(challenge, providers=["misfit"])
    join(alice)
    tracker("misfit", total=6000)
    tracker("fitbit", total=9000)
    Bucket.objects.filter(source__provider="misfit").update(steps=7000)
    result = results.finalise(challenge=challenge, now=final_at(challenge))
    assert result.lines.get(board="people").score == 7000
    assert standing(alice) == (7000, 7000)


def test_nobody_is_caught_up_with_where_merged_days_count(alice, challenge, join, tracker):
    join(alice)
    tracker("misfit", total=6000)
    assert choosing.catch_up(now=NOON) == 0
