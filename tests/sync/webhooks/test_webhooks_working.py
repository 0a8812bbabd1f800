"""What becomes of notices: one reading for many, statements in the ledger, nobody held up."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from integrations import registry
from integrations.abilities import Notice, NoticeKind
from integrations.contract import DayTotal, Fetched
from integrations.errors import (
    BadPayload,
    NeedsReconnect,
    ProviderGone,
    RateLimited,
    Transient,
    Unauthorized,
)
from integrations.models import Connection
from integrations.providers.fitbit.provider import ACTIVITY, SETTINGS, Fitbit
from steps.models import Day, Freshness
from sync import claims
from sync.models import NamedDay, Run, Schedule, WebhookNotice
from sync.webhooks import inbox, statements, working
from tests.factories import ConnectionFactory
from tests.google_signing import ACCOUNT

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 19)
LATER = NOW + timedelta(seconds=5)


class Talker(Fitbit):
    """A provider that sends its readings along, or says where they lie."""

    slug = "talker"

    def delivered(self, payload):
        if "steps" not in payload:
            raise BadPayload("no steps")
        return Fetched(days=(DayTotal(date=DAY, steps=payload["steps"]),))

    def collect(self, http, config, payload):
        return self.delivered(payload)


@pytest.fixture(autouse=True)
def talker(monkeypatch, settings):
    found = registry._found() | {"talker": Talker()}
    monkeypatch.setattr(registry, "_found", lambda: found)
    settings.PROVIDERS = {"talker": {"client_id": "c"}, "fitbit": {"client_id": "c"}}


@pytest.fixture
def talking(alice):
    row = ConnectionFactory(person=alice, provider="talker", account_id="t1")
    Schedule.objects.create(connection=row, next_sync_at=NOW + timedelta(hours=1))
    return row


@pytest.fixture
def asked(monkeypatch):
    """Stands for the provider's answer to ``collect``: a failure to raise, or nothing."""
    answers = []

    def ask(provider, config, *, connection_id, now, question):
        if answers:
            raise answers.pop(0)
        return question(None)

    monkeypatch.setattr("sync.webhooks.statements.calls.ask", ask)
    return answers


def told(account=ACCOUNT, kind=NoticeKind.CHANGED, provider="fitbit", at=NOW, **more):
    notice = Notice(account_id=account, kind=kind, **more)
    return inbox.store(provider=provider, notices=[notice], now=at)


def hint(number=0, day=DAY, **more):
    return told(first=day, last=day, payload={"name": number}, **more)


def say(kind, at=NOW, key="", **payload):
    return told("t1", kind, "talker", at=at, key=key, payload=payload)


def work(messages, at=LATER):
    """Work through the inbox and carry out what that hands to the workers."""
    messages.clear()
    working.work_through(now=at, limit=100)
    for name, arguments in list(messages):
        if name == "handle":
            working.handle(
                notice_id=int(arguments["notice_id"]),
                attempt=int(arguments["attempt"]),
                clock=lambda: at,
            )


def queued():
    return Run.objects.filter(state="queued")


# hints


def test_ninety_nine_hints_make_one_reading(connection, messages):
    for number in range(99):
        hint(number)
    work(messages)
    [run] = queued()
    assert (run.connection_id, run.trigger) == (connection.pk, "webhook")
    assert [name for name, _ in messages] == ["run_claimed"]
    assert set(WebhookNotice.objects.values_list("state", flat=True)) == {"done"}
    assert list(NamedDay.objects.values_list("date", flat=True)) == [DAY]
    assert Schedule.objects.get(pk=connection.pk).last_webhook_at == NOW


def test_a_hint_waits_a_moment_for_the_others(connection, messages):
    hint()
    work(messages, at=NOW + timedelta(seconds=1))
    assert not queued().exists()


def test_more_hints_join_the_reading_that_waits(connection, messages):
    hint(1)
    work(messages)
    hint(2)
    work(messages)
    assert queued().count() == 1
    assert [name for name, _ in messages] == []


def test_a_reading_that_runs_already_is_followed_by_another(connection, messages):
    opened = claims.open_or_join(connection_id=connection.pk, trigger="poll", now=NOW)
    claims.take(run_id=opened.run.pk, now=NOW)
    hint()
    work(messages)
    assert Run.objects.filter(state="running").count() == 1
    assert queued().get().trigger == "webhook"


def test_an_account_that_is_being_retried_keeps_its_waiting_time(connection, messages):
    due = NOW + timedelta(minutes=20)
    Schedule.objects.update(failures=2, next_sync_at=due)
    hint()
    work(messages)
    assert not queued().exists()
    assert NamedDay.objects.count() == 1
    assert Schedule.objects.get().next_sync_at == due


@pytest.mark.parametrize("status", ["needs_reconnect", "retired"])
def test_hints_about_a_stopped_account_are_closed(connection, messages, status):
    Connection.objects.update(status=status)
    hint()
    work(messages)
    assert not queued().exists()
    assert WebhookNotice.objects.get().reason == f"the connection is {status}"


def test_days_from_long_ago_and_far_ahead_are_not_believed(connection, messages):
    told(first=date(1, 1, 1), last=date(2025, 11, 20), payload={"old": 1})
    told(first=date(2026, 11, 20), last=date(9999, 12, 31), payload={"ahead": 1})
    told(payload={"none": 1})
    work(messages)
    assert sorted(NamedDay.objects.values_list("date", flat=True)) == [
        date(2025, 11, 19),
        date(2025, 11, 20),
        date(2026, 11, 20),
        date(2026, 11, 21),
    ]


def test_the_inbox_is_shared_by_workers_without_taking_anything_twice(connection, messages):
    for number in range(4):
        hint(number)
    first = inbox.claim(now=LATER, limit=2)
    assert len(first) == 2
    assert len(inbox.claim(now=LATER, limit=10)) == 2
    assert inbox.claim(now=LATER, limit=10) == []
    # a worker that died: what it held comes up again
    assert len(inbox.claim(now=LATER + inbox.CLAIM_LEASE, limit=10)) == 4


def test_one_broken_account_does_not_hold_up_the_others(connection, messages, charlie, monkeypatch):
    other = ConnectionFactory(person=charlie, account_id="8800")
    Schedule.objects.create(connection=other, next_sync_at=NOW)
    hint(1)
    hint(2, account="8800")
    real = working.hints.follow

    def follow(*, connection_id, **rest):
        if connection_id == connection.pk:
            raise ZeroDivisionError
        real(connection_id=connection_id, **rest)

    monkeypatch.setattr(working.hints, "follow", follow)
    work(messages)
    assert queued().get().connection_id == other.pk
    stuck = WebhookNotice.objects.get(connection=connection)
    assert (stuck.state, stuck.attempts, stuck.reason) == ("waiting", 1, "ZeroDivisionError")
    assert stuck.due_at > LATER


def test_what_kills_its_worker_each_time_is_given_up(connection, messages):
    hint()
    at = LATER
    for _ in range(inbox.MOST_ATTEMPTS):
        assert len(inbox.claim(now=at, limit=5)) == 1
        at += inbox.CLAIM_LEASE
    assert inbox.claim(now=at, limit=5) == []
    row = inbox.dead().get()
    assert row.reason == "no attempt came to an end"


# statements


def test_delivered_readings_reach_ledger_and_history(talking, alice, messages):
    say(NoticeKind.DELIVERED, steps=4321)
    work(messages)
    assert Day.objects.get(person=alice, date=DAY).steps == 4321
    run = Run.objects.get()
    assert (run.trigger, run.state, run.changed_days) == ("webhook", "done", [DAY.isoformat()])
    talking.refresh_from_db()
    assert (talking.last_synced_at, talking.last_data_at) == (LATER, LATER)
    assert Freshness.objects.get(person=alice).confirmed_at == LATER
    assert Schedule.objects.get().last_webhook_at == NOW
    row = WebhookNotice.objects.get()
    assert (row.state, bytes(row.payload)) == ("done", b"{}")


def test_the_same_delivery_again_is_refused_also_after_it_was_taken(talking, messages):
    say(NoticeKind.DELIVERED, steps=4321)
    work(messages)
    counted = say(NoticeKind.DELIVERED, steps=4321)
    assert counted == {("delivered", "repeated"): 1}
    assert WebhookNotice.objects.count() == 1


def test_an_unchanged_delivery_is_no_line_in_the_history(talking, messages):
    say(NoticeKind.DELIVERED, steps=4321)
    say(NoticeKind.DELIVERED, steps=4321, again=True)
    work(messages)
    assert Run.objects.count() == 1


def test_deliveries_out_of_order_leave_the_latest_word(talking, alice, messages):
    say(NoticeKind.DELIVERED, steps=200, at=NOW + timedelta(seconds=1))
    say(NoticeKind.DELIVERED, steps=100, at=NOW)
    late, early = WebhookNotice.objects.order_by("-received_at")
    for row in (late, early):
        taken = inbox.claim(now=row.due_at, limit=5)
        for each in taken:
            statements.take(each, now=LATER)
    assert Day.objects.get(person=alice, date=DAY).steps == 200


def test_a_payload_nobody_can_read_is_a_dead_letter_and_the_days_are_asked_for(talking, messages):
    told("t1", NoticeKind.DELIVERED, "talker", first=DAY, last=DAY, payload={"odd": 1})
    work(messages)
    row = inbox.dead().get()
    assert row.reason == "unreadable: no steps"
    assert json.loads(bytes(row.payload)) == {"odd": 1}
    assert queued().get().trigger == "webhook"
    assert list(NamedDay.objects.values_list("date", flat=True)) == [DAY]


def test_a_dead_letter_can_be_tried_again(talking, alice, messages):
    say(NoticeKind.DELIVERED, odd=1)
    work(messages)
    WebhookNotice.objects.update(payload=b'{"steps": 77}')
    assert inbox.revive(inbox.dead(), now=LATER) == 1
    work(messages)
    assert Day.objects.get(person=alice, date=DAY).steps == 77
    assert inbox.revive(inbox.dead(), now=LATER) == 0


def test_readings_are_collected_where_the_notice_says(talking, alice, messages, asked):
    say(NoticeKind.COLLECT, steps=555)
    work(messages)
    assert Day.objects.get(person=alice, date=DAY).steps == 555


def test_collecting_is_tried_again_and_then_given_up(talking, messages, asked):
    say(NoticeKind.COLLECT, steps=555)
    at = LATER
    for attempt in range(1, inbox.MOST_ATTEMPTS + 1):
        asked.append(Transient("503"))
        work(messages, at=at)
        row = WebhookNotice.objects.get()
        assert row.attempts == attempt
        at = row.due_at
    assert row.state == "dead"
    assert "provider_outage" in row.reason
    assert queued().count() == 1


def test_a_provider_that_asks_to_wait_is_left_alone_so_long(talking, messages, asked):
    say(NoticeKind.COLLECT, steps=555)
    until = LATER + timedelta(hours=3)
    asked.append(RateLimited("429", retry_at=until))
    work(messages)
    assert WebhookNotice.objects.get().due_at == until
    work(messages, at=until)
    assert Day.objects.get(date=DAY).steps == 555


@pytest.mark.parametrize("failure", [NeedsReconnect("gone"), Unauthorized("401")])
def test_a_grant_that_has_ended_asks_for_reconnecting(talking, messages, asked, failure):
    say(NoticeKind.COLLECT, steps=555)
    asked.append(failure)
    work(messages)
    talking.refresh_from_db()
    assert (talking.status, talking.reason) == ("needs_reconnect", "consent_revoked")
    assert WebhookNotice.objects.get().state == "done"


def test_other_failures_leave_the_connection_alone(talking, messages, asked):
    for number, failure in enumerate((ProviderGone("410"), BadPayload("cut"), ZeroDivisionError())):
        say(NoticeKind.COLLECT, steps=555, number=number)
        asked.append(failure)
    work(messages)
    talking.refresh_from_db()
    assert talking.status == "active"
    assert WebhookNotice.objects.filter(state="waiting", attempts=1).count() == 3


def test_a_worker_that_was_overtaken_stores_nothing(talking, alice):
    say(NoticeKind.DELIVERED, steps=4321)
    [slow] = inbox.claim(now=LATER, limit=5)
    inbox.claim(now=LATER + inbox.CLAIM_LEASE, limit=5)
    statements.take(slow, now=LATER)
    assert not Day.objects.exists()
    assert not working.handle(notice_id=slow.pk, attempt=slow.attempts, clock=lambda: LATER)


def test_nothing_is_stored_for_an_account_disconnected_meanwhile(talking, messages):
    say(NoticeKind.DELIVERED, steps=4321)
    Connection.objects.update(status="disconnected")
    work(messages)
    assert not Day.objects.exists()
    assert WebhookNotice.objects.get().state == "done"


# the connection itself


def test_leaving_us_at_the_provider_is_named(talking, alice, messages):
    say(NoticeKind.REVOKED)
    work(messages)
    talking.refresh_from_db()
    assert (talking.status, talking.reason) == ("needs_reconnect", "consent_revoked")
    assert Schedule.objects.get().next_sync_at is None
    assert Freshness.objects.get(person=alice).broken_since == LATER


def test_a_farewell_from_before_the_new_consent_changes_nothing(talking, messages):
    say(NoticeKind.REVOKED)
    Connection.objects.update(connected_at=NOW + timedelta(seconds=1))
    work(messages)
    talking.refresh_from_db()
    assert talking.status == "active"


def test_leaving_twice_is_heard_twice(talking, messages):
    say(NoticeKind.REVOKED)
    work(messages)
    Connection.objects.update(status="active", reason="", connected_at=LATER)
    say(NoticeKind.REVOKED, at=LATER)
    work(messages, at=LATER + timedelta(seconds=5))
    talking.refresh_from_db()
    assert talking.status == "needs_reconnect"


def test_permissions_come_and_go(talking, messages):
    say(NoticeKind.PERMISSIONS, permissions=[ACTIVITY])
    work(messages)
    talking.refresh_from_db()
    assert (talking.granted_scopes, talking.missing_permissions) == ([ACTIVITY], ["devices"])
    assert talking.status == "active"

    say(NoticeKind.PERMISSIONS, at=LATER, permissions=[SETTINGS])
    work(messages, at=LATER + timedelta(seconds=5))
    talking.refresh_from_db()
    assert (talking.status, talking.reason) == ("needs_reconnect", "scope_missing")
    assert Schedule.objects.get().next_sync_at is None

    back = LATER + timedelta(seconds=10)
    say(NoticeKind.PERMISSIONS, at=back, permissions=[ACTIVITY, SETTINGS])
    work(messages, at=back + timedelta(seconds=5))
    talking.refresh_from_db()
    assert (talking.status, talking.reason, talking.missing_permissions) == ("active", "", [])
    assert Schedule.objects.get().next_sync_at == back + timedelta(seconds=5)


@pytest.mark.parametrize("listed", [None, "all", [1], {}])
def test_permissions_that_are_no_list_change_nothing(talking, messages, listed):
    say(NoticeKind.PERMISSIONS, permissions=listed)
    work(messages)
    talking.refresh_from_db()
    assert talking.status == "active"
    assert WebhookNotice.objects.get().state == "waiting"


def test_an_erased_person_takes_the_inbox_along(talking, messages):
    say(NoticeKind.DELIVERED, steps=4321)
    inbox.claim(now=LATER, limit=5)
    notice = WebhookNotice.objects.select_related("connection__person").get()
    with transaction.atomic():
        Connection.objects.all().delete()
    statements.take(notice, now=LATER)
    assert not WebhookNotice.objects.exists()
    assert not Day.objects.exists()
