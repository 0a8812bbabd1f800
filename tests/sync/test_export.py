"""Everything held about a person is in their download, secrets and other people are not."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from integrations.fields import EncryptedTextField
from steps.models import Finding
from sync import export, exports, retention, tasks
from sync.models import Export, ExportPart
from tests.sync import held
from tests.sync.routes import queue_of
from users.models import User

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/me/export"
NOT_EXPORTED = {
    "users.User_groups": "the groups are named with the person",
    "account.EmailConfirmation": "a key to confirm an address and nothing else",
    "sync.ExportPart": "the documents themselves",
    "challenges.Team": "named with the participation",
    "challenges.Match": "who met whom is about two people; rounds won are with the participation",
}


@pytest.fixture
def sent(monkeypatch):
    """Remembers what would have been handed to a worker, instead of a broker."""
    messages = []
    monkeypatch.setattr(
        "sync.dispatch._send",
        lambda name, **kwargs: messages.append((name, queue_of(name), kwargs)),
    )
    return messages


@pytest.fixture
def noon(time_machine):
    """Stop the clock before anybody signs in."""
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)
    return time_machine


@pytest.fixture
def client(api, alice, sent):
    return api(alice)


@pytest.fixture
def download(client):
    """Return a function that asks for an export, has it made and reads it."""

    def get():
        body = client.post(URL).json()
        assert tasks.make_export(export_id=body["id"])
        return client.get(f"{URL}/{body['id']}")

    return get


def text_of(answer):
    return answer.getvalue().decode()


def test_asked_for_waited_for_and_downloaded(client, alice, sent):
    asked = client.post(URL)
    body = asked.json()
    assert (asked.status_code, body["status"]) == (202, "running")
    assert body["created_at"].endswith("Z")
    assert sent == [("sync.tasks.make_export", "default", {"export_id": body["id"]})]
    waiting = client.get(f"{URL}/{body['id']}")
    assert (waiting.status_code, waiting.json()) == (202, body)
    assert tasks.make_export(export_id=body["id"])
    answer = client.get(f"{URL}/{body['id']}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    content = answer.getvalue()
    assert int(answer.headers["Content-Length"]) == len(content)
    document = json.loads(content)
    assert document["format"] == "stepwell-export/1"
    assert document["person"]["email"] == alice.email
    assert document["person"]["organization"] == "Acme"


def test_every_kind_of_record_is_in_it_and_no_secret(alice, bob, download):
    held.fill(alice)
    held.fill(bob)
    text = text_of(download())
    document = json.loads(text)
    empty = [section.name for section in export.SECTIONS if not document[section.name]]
    assert empty == []
    assert document["person"]["groups"] == [{"kind": "site", "name": "Berlin"}]
    (sample,) = document["samples"]
    assert (sample["steps"], sample["end"]) == (842, "2026-11-20T12:00:00Z")
    (row,) = document["participations"]
    assert row["score"] == 9000
    assert row["challenge_name"].startswith("Challenge")
    alice.refresh_from_db()
    for secret in (*held.SECRETS, alice.password, f"hash-{alice.pk}"):
        assert secret not in text
    for other in (bob.email, bob.display_name):
        assert other not in text


def test_a_finding_that_compares_people_names_nobody_else(alice, bob, download):
    Finding.objects.create(
        person=alice,
        date="2026-11-20",
        code="same_device_two_accounts",
        evidence={"devices": 1, "other_person_ids": [bob.pk]},
        found_at=timezone.now(),
    )
    (finding,) = json.loads(text_of(download()))["findings"]
    assert finding["evidence"] == {"devices": 1}


def test_every_table_about_people_is_exported_or_deliberately_not():
    exported = {section.model for section in export.SECTIONS} | {User}
    left = {m._meta.label for m in held.models_about_people() - exported}
    assert left == NOT_EXPORTED.keys(), "export it, or say above why not"


def test_no_encrypted_column_is_exported():
    for section in export.SECTIONS:
        shown = set(export.columns_of(section.model)) - section.without
        for column in section.model._meta.concrete_fields:
            if isinstance(column, EncryptedTextField) or "hash" in column.name:
                assert column.attname not in shown


def test_a_second_question_joins_the_open_export_and_a_later_one_opens_another(client, sent):
    first = client.post(URL).json()
    assert client.post(URL).json() == first
    assert len(sent) == 1
    tasks.make_export(export_id=first["id"])
    assert client.post(URL).json()["id"] != first["id"]


def test_a_crowd_of_questions_opens_one(alice, sent):
    asked, barrier = [], threading.Barrier(5)

    def ask():
        barrier.wait()
        asked.append(exports.ask(person=alice, now=timezone.now()).pk)
        database.close()

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 5
    assert len(set(asked)) == Export.objects.count() == 1


def test_nobody_elses_export_is_there(client, api, bob, charlie, download):
    done = download()
    assert done.status_code == 200
    address = f"{URL}/{Export.objects.get().pk}"
    for person in (bob, charlie):
        answer = api(person).get(address)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for nothing in ("nonsense", "00000000-0000-4000-8000-000000000000", "%00"):
        assert client.get(f"{URL}/{nothing}").status_code == 404


def test_after_a_week_it_is_gone(noon, alice, api, download):
    download()
    found = Export.objects.get()
    kept = {"person": found.person, "export_id": found.pk}
    ends = found.finished_at + timedelta(days=7)
    assert exports.find(**kept, now=ends - timedelta(seconds=1)) == found
    assert exports.find(**kept, now=ends) is None
    retention.drop_old(now=ends - timedelta(seconds=1))
    assert ExportPart.objects.exists()
    retention.drop_old(now=ends)
    assert not Export.objects.exists()
    noon.move_to(ends)
    assert api(alice).get(f"{URL}/{found.pk}").status_code == 404


def test_a_lost_message_is_sent_again(noon, client, sent):
    client.post(URL)
    message = sent.pop()
    tasks.redispatch_queued()
    assert sent == []
    noon.shift(timedelta(seconds=21))
    tasks.redispatch_queued()
    assert sent == [message]


def test_an_export_that_cannot_be_made_is_tried_thrice_and_given_up(
    noon, client, sent, monkeypatch
):
    real = export.document
    monkeypatch.setattr("sync.export.document", lambda *_, **__: 1 / 0)
    asked = client.post(URL).json()["id"]
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            tasks.make_export(export_id=asked)
        sent.clear()
        noon.shift(timedelta(minutes=2, seconds=1))
        tasks.redispatch_queued()
        assert len(sent) == 1
    assert client.get(f"{URL}/{asked}").status_code == 202
    assert not tasks.make_export(export_id=asked)
    answer = client.get(f"{URL}/{asked}")
    assert (answer.status_code, answer.json()["code"]) == (410, "export_failed")
    monkeypatch.setattr("sync.export.document", real)
    again = client.post(URL).json()["id"]
    assert again != asked
    assert tasks.make_export(export_id=again)


def test_two_workers_make_it_once(alice, sent):
    asked = exports.ask(person=alice, now=timezone.now()).pk
    begun, go_on = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            list(Export.objects.select_for_update().filter(pk=asked))
            begun.set()
            go_on.wait(10)
        database.close()

    other = threading.Thread(target=work)
    other.start()
    assert begun.wait(10)
    started = time.monotonic()
    assert not exports.make(export_id=asked, clock=timezone.now)
    assert exports.forgotten(now=timezone.now() + timedelta(hours=1)) == []
    assert time.monotonic() - started < 5
    go_on.set()
    other.join()
    assert exports.make(export_id=asked, clock=timezone.now)
    assert not exports.make(export_id=asked, clock=timezone.now)


def test_a_large_document_is_kept_in_parts_and_downloaded_whole(alice, download, monkeypatch):
    monkeypatch.setattr("sync.exports.PART_BYTES", 200)
    held.fill(alice)
    document = json.loads(text_of(download()))
    assert ExportPart.objects.count() > 10
    assert document["exports"]
    assert len(document) == 3 + len(export.SECTIONS)


def test_ten_within_a_day_are_enough(client):
    for _ in range(10):
        tasks.make_export(export_id=client.post(URL).json()["id"])
    answer = client.post(URL)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_exports")
    assert 0 < int(answer.headers["Retry-After"]) <= 86401


def test_pieces_are_joined_without_losing_any():
    pieces = [b"a", b"bc", b"", b"defgh", b"i"]
    assert list(export.packed(pieces, 3)) == [b"abc", b"defgh", b"i"]
    assert json.loads(b"[" + b"".join(export.listed([{"a": 1}, {"b": None}])) + b"]") == [
        {"a": 1},
        {"b": None},
    ]
    assert b"".join(export.listed([])) == b""
