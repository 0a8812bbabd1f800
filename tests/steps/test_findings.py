"""Findings come and go with the facts, in the transaction that derives the day, and can be read."""

import uuid

import pytest
from django.utils import timezone

from steps.models import Finding
from steps.readings import SourceReading
from tests.steps.statements import MERGED, TODAY, record, sample, steps_on, total, window

pytestmark = pytest.mark.django_db

FAST = sample("fast", 0, 10, 5000)
CALM = sample("calm", 60, 10, 1000)


def found(person, **conditions):
    rows = Finding.objects.filter(person=person, cleared_at__isnull=True, **conditions)
    return {row.code for row in rows}


def spot_checked(count):
    """Sample ids that exist once in the world, as both platforms make them."""
    return [f"{uuid.uuid4()}"[:-1] + "0" for _ in range(count)]


def test_a_finding_is_opened_and_cleared_with_the_facts(alice):
    record(alice, samples=(FAST, CALM))
    assert (found(alice), steps_on(alice)) == ({"cadence_impossible"}, 6000)
    record(alice, at=1, samples=(FAST, CALM))
    assert Finding.objects.count() == 1
    record(alice, at=2, deleted=("fast",))
    assert (found(alice), steps_on(alice)) == (set(), 1000)
    assert Finding.objects.get().cleared_at is not None


def test_an_hour_that_no_human_walks_is_found_and_cleared_when_it_is_corrected(alice):
    record(alice, at=1, buckets=(window(0, 60, 30_000),))
    assert (found(alice), steps_on(alice)) == ({"cadence_impossible"}, 30_000)
    worst = Finding.objects.get().evidence["worst"]
    assert [(each["steps"], each["per_minute"]) for each in worst] == [(30_000, 500)]
    record(alice, at=2, buckets=(window(0, 60, 3000),))
    assert (found(alice), steps_on(alice)) == (set(), 3000)


def test_a_finding_that_returns_is_a_new_one(alice):
    for at, steps in enumerate((50_000, 10_000, 60_000)):
        record(alice, at=at, buckets=(total(steps, source=MERGED),))
    assert list(Finding.objects.order_by("pk").values_list("evidence__steps", flat=True)) == [
        50_000,
        60_000,
    ]
    assert found(alice) == {"day_high"}


def test_a_finding_keeps_its_evidence_up_to_date(alice):
    record(alice, buckets=(total(50_000, source=MERGED),))
    first = Finding.objects.get()
    record(alice, at=1, buckets=(total(60_000, source=MERGED),))
    again = Finding.objects.get()
    assert (again.pk, again.found_at) == (first.pk, first.found_at)
    assert again.evidence == {"steps": 60_000, "limit": 40_000}


def test_a_day_beyond_all_measure_asks_to_be_held(alice):
    record(alice, buckets=(total(150_000, source=MERGED),))
    row = Finding.objects.get()
    assert (row.code, row.severity) == ("day_very_high", "hold")
    assert steps_on(alice) == 150_000


def test_the_same_samples_under_two_people_are_found_when_they_are_brought(alice, charlie):
    copied = tuple(sample(each, 20 * n, 10, 500) for n, each in enumerate(spot_checked(3)))
    record(alice, samples=copied)
    assert found(alice) == set()
    record(charlie, connection=uuid.UUID(int=9), samples=copied)
    row = Finding.objects.get(person=charlie)
    assert (row.code, row.severity) == ("same_samples_two_accounts", "hold")
    assert row.evidence == {"shared_samples_seen": 3, "other_person_ids": [alice.pk]}
    record(alice, at=1, samples=(*copied, sample("new", 90, 10, 100)))
    assert found(alice) == {"same_samples_two_accounts"}


def test_ids_that_only_name_a_place_in_a_file_prove_nothing(alice, charlie):
    copied = tuple(sample(f"2026-11-20T10:{n}0", 20 * n, 10, 500) for n in range(5))
    record(alice, samples=copied)
    record(charlie, connection=uuid.UUID(int=9), samples=copied)
    assert Finding.objects.count() == 0


def test_one_device_under_two_people_is_found(alice, bob):
    device = SourceReading(
        key=f"com.apple.health.{uuid.uuid4()}|Watch7,5", name="Watch", kind="watch", channel="raw"
    )
    record(alice, samples=(sample("a", 0, 10, 500, source=device),))
    record(bob, connection=uuid.UUID(int=9), samples=(sample("b", 0, 10, 700, source=device),))
    row = Finding.objects.get()
    assert (row.person, row.code) == (bob, "same_device_two_accounts")
    assert row.evidence["other_person_ids"] == [alice.pk]


def test_the_model_of_a_device_is_not_a_device(alice, bob):
    record(alice, samples=(sample("a", 0, 10, 500),))
    record(bob, connection=uuid.UUID(int=9), samples=(sample("b", 0, 10, 700),))
    assert Finding.objects.count() == 0


def test_a_person_reads_the_findings_of_a_day_without_learning_of_others(
    alice, charlie, api, time_machine
):
    time_machine.move_to("2026-11-20T15:00:00Z", tick=False)
    assert timezone.now().date() == TODAY
    copied = tuple(sample(each, 20 * n, 10, 500) for n, each in enumerate(spot_checked(2)))
    record(charlie, connection=uuid.UUID(int=9), samples=copied)
    record(alice, samples=(*copied, sample("fast", 90, 10, 5000)))
    day = api(alice).get(f"/api/v1/steps/{TODAY}").json()
    assert [(f["code"], f["severity"]) for f in day["findings"]] == [
        ("cadence_impossible", "hold"),
        ("same_samples_two_accounts", "hold"),
    ]
    assert day["findings"][1]["evidence"] == {"shared_samples_seen": 2}
    assert day["findings"][0]["evidence"]["worst"][0]["per_minute"] == 500
    assert day["excluded"] == []
    assert day["steps"] == 6000
