"""A push with rows nobody can read: the others count, these alone are a dead letter."""

import json
from datetime import timedelta

import pytest

from integrations.abilities import Notice, NoticeKind
from steps.models import Day, Freshness
from sync.models import WebhookNotice
from sync.watch import dead_letters
from sync.webhooks import inbox, statements, working
from tests.factories import NOON, ConnectionFactory

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = {"userId": "u-1", "calendarDate": "2026-11-18", "durationInSeconds": 9, "steps": 700}
BAD = GOOD | {"calendarDate": "2026-11-19", "steps": "many"}
WHY = "unreadable: 1 of 2 dailies: Expected `int | null`, got `str` - at `$.steps`"
ADDRESS = "https://apis.garmin.com/wellness-api/rest/dailies?token=t"


@pytest.fixture(autouse=True)
def garmin(alice, settings):
    named = {"client_id": "c", "client_secret": "s", "webhook_path": "p"}
    settings.PROVIDERS = {"garmin": named}
    return ConnectionFactory(person=alice, provider="garmin", account_id="u-1")


def push(*rows, at=NOON):
    payload = {"userId": "u-1", "dailies": list(rows)}
    return told(NoticeKind.DELIVERED, payload, at)


def told(kind, payload, at=NOON):
    notice = Notice(account_id="u-1", kind=kind, payload=payload)
    return inbox.store(provider="garmin", notices=[notice], now=at)


def work(at=NOON):
    at += inbox.GATHERING
    for claimed in inbox.claim(now=at, limit=5):
        working.handle(notice_id=claimed.pk, attempt=claimed.attempts, clock=lambda: at)


def replay(at=NOON + timedelta(days=1)):
    (letter,) = dead_letters.listed(limit=5)
    dead_letters.replay(kind="webhook", subject=letter.subject, now=at)
    work(at)


def letters():
    return [(each.kind, each.reason) for each in dead_letters.listed(limit=5)]


def days(person):
    rows = Day.objects.filter(person=person).order_by("date")
    return {f"{row.date:%m-%d}": row.steps for row in rows}


def test_what_can_be_read_counts_and_the_rest_waits_for_an_operator(alice, garmin, caplog):
    push(BAD, GOOD)
    work()
    assert days(alice) == {"11-18": 700}
    assert letters() == [("webhook", WHY)]
    row = WebhookNotice.objects.get()
    assert json.loads(bytes(row.payload)) == {"userId": "u-1", "dailies": [BAD]}
    assert Freshness.objects.get(person=alice).confirmed_at == NOON + inbox.GATHERING
    assert [each.action for each in caplog.records if each.levelname == "ERROR"] == [
        "operator_alarm"
    ]


def test_a_replay_reads_nothing_but_the_rest(alice):
    push(BAD, GOOD)
    work()
    replay()
    assert letters() == [
        (
            "webhook",
            "unreadable: unexpected dailies: Expected `int | null`, got `str` - at `$.steps`",
        )
    ]
    mend(12)
    replay()
    assert letters() == []
    assert days(alice) == {"11-18": 700, "11-19": 12}


def mend(steps):
    """Put into the letter what a later version would make of it."""
    payload = {"userId": "u-1", "dailies": [BAD | {"steps": steps}]}
    WebhookNotice.objects.filter(state="dead").update(payload=json.dumps(payload).encode())


def test_a_replay_never_wins_over_what_came_since(alice):
    push(BAD, GOOD)
    work()
    later = NOON + timedelta(hours=1)
    push(BAD | {"steps": 900}, at=later)
    work(later)
    mend(12)
    replay()
    assert days(alice) == {"11-18": 700, "11-19": 900}


def test_the_same_push_again_is_a_repetition(alice):
    push(BAD, GOOD)
    work()
    assert push(BAD, GOOD, at=NOON + timedelta(hours=1)) == {("delivered", "repeated"): 1}
    assert WebhookNotice.objects.count() == 1


@pytest.mark.parametrize("rows", [[BAD], [BAD, BAD | {"steps": -1}]])
def test_a_push_without_any_readable_row_says_nothing(alice, rows):
    push(*rows)
    work()
    assert days(alice) == {}
    assert not Freshness.objects.exists()
    row = WebhookNotice.objects.get()
    assert (row.state, json.loads(bytes(row.payload))["dailies"]) == ("dead", rows)


def test_what_a_ping_led_to_is_kept_and_not_fetched_again(alice, monkeypatch):
    asked = []

    def ask(provider, config, *, connection_id, now, question):
        asked.append(connection_id)
        return provider.delivered({"userId": "u-1", "dailies": [GOOD, BAD]})

    monkeypatch.setattr(statements.calls, "ask", ask)
    told(NoticeKind.COLLECT, {"userId": "u-1", "callbackURL": ADDRESS})
    work()
    assert (days(alice), letters()) == ({"11-18": 700}, [("webhook", WHY)])
    replay()
    assert len(asked) == 1
    assert WebhookNotice.objects.get().kind == NoticeKind.DELIVERED


def test_a_stopped_account_leaves_no_letter(alice, garmin):
    push(BAD, GOOD)
    type(garmin).objects.update(status="needs_reconnect")
    work()
    assert (days(alice), letters()) == ({}, [])
