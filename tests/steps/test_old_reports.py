"""Reports go when they are old and no number, line of history or fact names them any more."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction

from config.checks import report_days
from steps import history, old_reports, rebuild, reports, retention
from steps.models import Bucket, Day, DayChange, Report, Sample
from sync import tasks
from tests.factories import NOON, UserFactory
from tests.steps.statements import CLOUD_CONNECTION, TODAY, cloud, record, sample, total, window
from tests.threads import in_threads

DAY = timedelta(days=1)
LATE = NOON + 1000 * DAY


@pytest.fixture
def drop(settings, monkeypatch):
    """Return a function that drops old reports; it is everybody's turn."""
    settings.HISTORY_DAYS = settings.REPORT_DAYS = 400
    monkeypatch.setattr(old_reports, "TURNS", 1)

    def drop(now=LATE, *, first_history=True, **bounds):
        if first_history:
            history.drop_old(now=now)
        return old_reports.drop_old(now=now, **bounds)

    return drop


def latest():
    return Report.objects.latest("received_at", "as_of").pk


def left():
    return set(Report.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_only_the_report_that_a_fact_names_stays(alice, drop):
    for at, steps in enumerate((100, 200, 300)):
        cloud(alice, total(steps), at=at)
    assert drop(first_history=False) == 0
    assert drop() == 2
    assert left() == {Bucket.objects.get().report_id}
    assert Day.objects.get().steps == 300
    assert rebuild.differences(person=alice, dates=[TODAY]) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        {"samples": (sample("a", 0, 60, 100),)},
        {"buckets": (window(0, 60, 100),)},
        {"buckets": (total(100, day=TODAY + DAY),)},
        {"buckets": (total(100, day=TODAY - 3000 * DAY),)},
    ],
)
def test_facts_of_every_kind_hold_their_report(alice, drop, content):
    record(alice, received_at=NOON + timedelta(hours=11, minutes=59), **content)
    assert drop() == 0
    assert drop(NOON + 400.6 * DAY) == 0
    assert DayChange.objects.count() == 0


@pytest.mark.django_db
def test_a_report_goes_with_the_samples_that_were_folded(alice, drop):
    record(alice, samples=(sample("a", 0, 60, 100),))
    retention.fold_person(person_id=alice.pk, now=NOON + 100 * DAY)
    assert not Sample.objects.exists()
    assert drop() == 1
    assert Day.objects.get().steps == 100


@pytest.mark.django_db
def test_young_reports_stay_whatever_names_them(alice, drop):
    cloud(alice, total(100))
    cloud(alice, total(200), at=1)
    DayChange.objects.all().delete()
    received = Report.objects.earliest("as_of").received_at
    assert drop(received + 400 * DAY) == 0
    assert drop(received + 400 * DAY + timedelta(seconds=1)) == 1


@pytest.mark.django_db
def test_a_line_of_history_always_leads_to_its_report(alice, bob, drop, api):
    cloud(alice, total(100))
    cloud(alice, total(200), at=1)
    first = DayChange.objects.earliest("pk").report_id
    drop(first_history=False)
    assert reports.explain_report(person_id=alice.pk, report_id=first).changes
    drop()
    problems = [
        api(person).get(f"/api/v1/reports/{each}")
        for person, each in ((alice, first), (alice, uuid.uuid4()), (bob, latest()))
    ]
    assert [each.status_code for each in problems] == [404] * 3
    assert len({each.json()["detail"] for each in problems}) == 1
    assert "400 days" in problems[0].json()["detail"]
    assert problems[0]["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_each_statement_and_each_call_has_a_bound(alice, bob, drop):
    for person in (alice, bob):
        for at in range(6):
            cloud(person, total(at), at=at)
    counted = _Deletes()
    with connection.execute_wrapper(counted):
        assert drop(batch=2, most=5) == 5
    assert counted.number == 3
    assert Report.objects.filter(person=bob).count() == 6
    assert drop(batch=2, most=5) == 5
    assert Report.objects.count() == 2


class _Deletes:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += "DELETE FROM steps_report" in sql
        return execute(sql, params, many, context)


@pytest.mark.django_db
def test_everybody_has_one_turn_in_ninety_days(acme, drop, monkeypatch):
    monkeypatch.setattr(old_reports, "TURNS", 3)
    for person in UserFactory.create_batch(6, organization=acme):
        cloud(person, total(100))
    Bucket.objects.all().delete()
    assert [drop(LATE + turn * old_reports.TURN) for turn in range(4)] == [2, 2, 2, 0]
    assert old_reports.EVERY / old_reports.TURN == 90 * 24


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_report_that_somebody_else_deletes(alice, drop):
    cloud(alice, total(100))
    cloud(alice, total(200), at=1)
    history.drop_old(now=LATE)
    with transaction.atomic():
        rebuild.forget_connection(person_id=alice.pk, connection_id=CLOUD_CONNECTION, now=LATE)
        assert in_threads(1, lambda: drop(first_history=False)) == [0]
    assert left() == set()


@pytest.mark.django_db
def test_the_hourly_task_drops_history_and_reports(alice, drop, monkeypatch):
    monkeypatch.setattr(tasks.timezone, "now", lambda: LATE)
    cloud(alice, total(100))
    cloud(alice, total(200), at=1)
    assert tasks.forget_old_reports() == 1
    assert DayChange.objects.count() == 0


@pytest.mark.parametrize(("days", "errors"), [(399, 1), (400, 0)])
def test_reports_outlive_history(settings, days, errors):
    settings.HISTORY_DAYS, settings.REPORT_DAYS = 400, days
    assert len(report_days(None)) == errors
