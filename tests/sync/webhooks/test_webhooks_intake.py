"""A webhook over HTTP: stored before it is answered, once, for the right account; never a 500."""

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.test import RequestFactory
from django.utils import timezone

from integrations import tallies
from integrations.models import ConnectionStatus
from sync.models import WebhookNotice
from sync.webhooks import inbox, views
from tests.factories import ConnectionFactory
from tests.google_signing import ACCOUNT, SECRET, SigningKey, entry, written

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 19)


def counted(outcome, name="notices", **labels):
    tallies.send()
    values = ("fitbit", *labels.values(), outcome)
    return tallies.read(f"webhook_{name}").get(values, 0)


def test_a_hint_is_stored_and_answered_with_204(post, connection, messages):
    before = timezone.now()
    answer = post(written(entry(DAY)))
    assert (answer.status_code, answer.content) == (204, b"")
    row = WebhookNotice.objects.get()
    assert (row.connection_id, row.kind, row.state) == (connection.pk, "changed", "waiting")
    assert (row.first, row.last) == (DAY, DAY)
    assert json.loads(bytes(row.payload))["healthUserId"] == ACCOUNT
    assert before <= row.received_at < row.due_at
    assert [name for name, _ in messages] == ["work_through"]


def test_the_handshake_is_answered_and_stores_nothing(post):
    body = b'{"type":"verification"}'
    assert post(body, HTTP_GOOGLE_HEALTH_API_SIGNATURE=None).status_code == 201
    assert post(body, HTTP_GOOGLE_HEALTH_API_SIGNATURE=None, secret=None).status_code == 401
    assert not WebhookNotice.objects.exists()


def test_what_comes_again_before_it_is_worked_on_is_one_notice(post, connection):
    repeated = counted("repeated", kind="changed")
    for _ in range(3):
        assert post(written(entry(DAY), entry(DAY))).status_code == 204
    assert WebhookNotice.objects.count() == 1
    assert counted("repeated", kind="changed") == repeated + 5


def test_the_same_words_after_that_may_be_news(post, connection):
    post(written(entry(DAY)))
    WebhookNotice.objects.update(state="done")
    post(written(entry(DAY)))
    assert WebhookNotice.objects.filter(state="waiting").count() == 1


def test_a_burst_wakes_the_workers_once(post, connection, messages):
    for number in range(20):
        post(written(entry(DAY, name=str(number))))
    assert WebhookNotice.objects.count() == 20
    assert len(messages) == 1


def test_an_unknown_account_is_a_success_that_is_counted(post, connection, messages):
    before = counted("unknown_account", kind="changed")
    assert post(written(entry(DAY, account="1"), entry(DAY, account=""))).status_code == 204
    assert counted("unknown_account", kind="changed") == before + 2
    assert not WebhookNotice.objects.exists()


def test_a_disconnected_account_is_unknown(post, connection):
    connection.status = ConnectionStatus.DISCONNECTED
    connection.save()
    assert post(written(entry(DAY))).status_code == 204
    assert not WebhookNotice.objects.exists()


def test_each_account_is_that_of_its_own_person_only(post, connection, charlie):
    foreign = ConnectionFactory(person=charlie, account_id="8800", provider="fitbit")
    ConnectionFactory(person=charlie, account_id=ACCOUNT, provider="polar")
    post(written(entry(DAY, account="8800"), entry(DAY)))
    rows = WebhookNotice.objects.values_list("connection", flat=True)
    assert set(rows) == {foreign.pk, connection.pk}


@pytest.mark.parametrize(
    "account", ["7700\u0000", "\ud800", "7" * 300, "77001122\n", "' OR 1=1 --", "\U0001f600"]
)
def test_impossible_accounts_are_unknown_ones(post, connection, account):
    assert post(written(entry(DAY, account=account))).status_code in (204, 400)
    assert not WebhookNotice.objects.exists()


def test_texts_that_json_columns_refuse_are_kept_all_the_same(post, connection):
    odd = entry(DAY, name="\u0000\uffff")
    assert post(written(odd)).status_code == 204
    assert b"u0000" in bytes(WebhookNotice.objects.get().payload)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"secret": None}, 401),
        ({"secret": ""}, 401),
        ({"secret": "Bearer wrong"}, 401),
        ({"secret": "Bearer \xff\xfe"}, 401),
        ({"HTTP_GOOGLE_HEALTH_API_SIGNATURE": None}, 401),
        ({"HTTP_GOOGLE_HEALTH_API_SIGNATURE": "AAAA"}, 401),
        ({"HTTP_GOOGLE_HEALTH_API_SIGNATURE": "\xff"}, 401),
        ({"path": "/webhooks/fitbit/deeper/still"}, 404),
        ({"path": "/webhooks/fitbit/"}, 404),
        ({"path": "/webhooks/nobody"}, 404),
        ({"path": "/webhooks/healthkit"}, 404),
        ({"path": "/webhooks/fit%00bit"}, 404),
        ({"method": "put"}, 405),
        ({"method": "delete"}, 405),
        ({"content_type": "text/plain"}, 204),
        ({"content_type": "multipart/form-data; boundary=x"}, 204),
        ({"content_type": "application/x-www-form-urlencoded"}, 204),
        ({"content_type": "application/json; charset=no-such-thing"}, 204),
    ],
)
def test_only_what_google_sends_gets_in(post, connection, change, status):
    answer = post(written(entry(DAY)), **change)
    assert answer.status_code == status
    assert WebhookNotice.objects.exists() == (status == 204)
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["get", "head", "options", "patch", "trace"])
def test_other_methods_are_refused(client, google, method):
    assert getattr(client, method)("/webhooks/fitbit").status_code in (401, 405)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 300_000, b"\x00" * 1000, b'{"data":' * 50_000, b"1e999"]
)
def test_no_bytes_are_a_500(post, connection, body):
    assert post(body).status_code in (204, 400)
    assert not WebhookNotice.objects.exists()


def test_a_forged_body_changes_nothing_and_is_counted(post, connection):
    before = counted("wrong_signature", "calls")
    stranger = SigningKey()
    body = written(entry(DAY))
    answer = post(body, HTTP_GOOGLE_HEALTH_API_SIGNATURE=stranger.sign(body))
    assert answer.status_code == 401
    assert counted("wrong_signature", "calls") == before + 1
    assert not WebhookNotice.objects.exists()


def test_a_body_that_was_cut_off_does_not_fit_its_signature(post, connection, key):
    body = written(entry(DAY))
    cut = post(body[:-10], HTTP_GOOGLE_HEALTH_API_SIGNATURE=key.sign(body))
    assert cut.status_code in (400, 401)
    assert not WebhookNotice.objects.exists()


def test_ten_megabytes_are_taken_and_more_is_refused(post, connection):
    large = written(entry(DAY, name="x" * (9 * 1024 * 1024)))
    assert post(large).status_code == 204
    assert post(written(entry(DAY, name="y" * (11 * 1024 * 1024)))).status_code == 413
    assert WebhookNotice.objects.count() == 1


def test_a_body_in_chunks_is_read(google, messages, connection, key):
    body = written(entry(DAY))
    request = RequestFactory().post("/webhooks/fitbit")
    environ = request.environ | {
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "HTTP_AUTHORIZATION": SECRET,
        "HTTP_GOOGLE_HEALTH_API_SIGNATURE": key.sign(body),
    }
    environ.pop("CONTENT_LENGTH")
    assert views.webhook(WSGIRequest(environ), "fitbit").status_code == 204
    assert WebhookNotice.objects.count() == 1


def test_when_it_cannot_be_stored_the_sender_is_asked_to_come_again(post, connection, monkeypatch):
    def broken(**_):
        raise OperationalError("gone")

    monkeypatch.setattr("sync.webhooks.inbox.store", broken)
    answer = post(written(entry(DAY)))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_a_bug_while_judging_is_a_400_with_an_entry_in_the_log(post, connection, monkeypatch):
    def bug(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("integrations.providers.fitbit.webhooks.hear", bug)
    assert post(written(entry(DAY))).status_code == 400
    assert counted("unreadable", "calls") >= 1


def test_old_entries_are_forgotten_in_their_time(post, connection):
    now = timezone.now()
    for number, (state, age) in enumerate(
        [("done", 2), ("done", 0), ("dead", 91), ("dead", 89), ("waiting", 200)]
    ):
        WebhookNotice.objects.create(
            connection=connection,
            kind="changed",
            digest=str(number),
            keyed=False,
            payload=b"{}",
            state=state,
            received_at=now - timedelta(days=age),
            due_at=now,
            finished_at=None if state == "waiting" else now - timedelta(days=age),
        )
    assert inbox.drop_old(now=now) == 2
    assert set(WebhookNotice.objects.values_list("digest", flat=True)) == {"1", "3", "4"}
