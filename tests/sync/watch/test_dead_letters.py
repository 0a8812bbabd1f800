"""What failed for good is listed, can be tried again, and is off the list when it succeeds."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sync import claims, outcomes, runner
from sync.models import Export, Run, Schedule, WebhookNotice
from sync.watch import complaints, dead_letters
from sync.watch.dead_letters import UnknownLetter
from tests.factories import NOON, ConnectionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(
        "sync.dispatch._send", lambda name, *_, **kwargs: messages.append((name, kwargs))
    )
    return messages


@pytest.fixture
def connection(alice):
    row = ConnectionFactory(person=alice, connected_at=timezone.now() - timedelta(days=1))
    Schedule.objects.create(connection=row, next_sync_at=NOON)
    return row


def crash(connection, times, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(runner, "_bring_up_to_date", broken)
        for _ in range(times):
            opened = claims.open_or_join(
                connection_id=connection.pk, trigger="poll", now=timezone.now()
            )
            with pytest.raises(ZeroDivisionError):
                runner.run(run_id=opened.run.pk, clock=timezone.now)


def letters():
    return [(letter.kind, letter.reason) for letter in dead_letters.listed(limit=10)]


def test_a_connection_whose_runs_crash_again_and_again_is_listed(connection, monkeypatch):
    crash(connection, outcomes.HOPELESS - 1, monkeypatch)
    assert letters() == []
    crash(connection, 1, monkeypatch)
    (letter,) = dead_letters.listed(limit=10)
    assert (letter.kind, letter.subject, letter.provider) == ("run", str(connection.pk), "fitbit")
    assert (letter.reason, letter.attempts) == ("ZeroDivisionError", outcomes.HOPELESS)
    assert dead_letters.counts()["run"] == 1
    assert "dead_letters" in {each.key for each in complaints.all_of_them(now=timezone.now())}


def test_a_run_that_killed_its_workers_is_listed_at_once(connection):
    opened = claims.open_or_join(connection_id=connection.pk, trigger="poll", now=timezone.now())
    Run.objects.filter(pk=opened.run.pk).update(attempt=runner.MOST_ATTEMPTS)
    assert runner.run(run_id=opened.run.pk, clock=timezone.now).state == "failed"
    assert letters() == [("run", "WorkersDied")]


def test_a_replay_makes_it_due_now_and_success_takes_it_off_the_list(connection, monkeypatch):
    crash(connection, outcomes.HOPELESS, monkeypatch)
    now = timezone.now()
    dead_letters.replay(kind="run", subject=str(connection.pk), now=now)
    schedule = Schedule.objects.get(pk=connection.pk)
    assert (schedule.next_sync_at, schedule.failures) == (now, 0)
    assert claims.claim_due(now=timezone.now(), limit=5) == [connection.pk]
    assert letters() == []


def test_a_provider_that_fails_is_no_dead_letter(connection):
    Schedule.objects.filter(pk=connection.pk).update(failures=50)
    Run.objects.create(
        connection=connection,
        trigger="poll",
        state="failed",
        cause="provider_outage",
        requested_at=NOON,
        finished_at=NOON,
    )
    assert letters() == []


def failed_export(person, **more):
    return Export.objects.create(
        person=person, state="failed", attempts=3, created_at=NOON, finished_at=NOON, **more
    )


def test_an_export_given_up_is_listed_and_made_again(alice, sent):
    row = failed_export(alice)
    assert letters() == [("export", "given up after 3 attempts")]
    dead_letters.replay(kind="export", subject=str(row.pk), now=NOON + timedelta(days=1))
    row.refresh_from_db()
    assert (row.state, row.attempts, row.finished_at) == ("running", 0, None)
    assert sent == [("sync.tasks.make_export", {"export_id": str(row.pk)})]


def test_an_export_asked_for_anew_needs_no_second_one(alice, sent):
    row = failed_export(alice)
    Export.objects.create(person=alice, state="running", created_at=NOON)
    dead_letters.replay(kind="export", subject=str(row.pk), now=NOON)
    assert sent == []
    assert [each.state for each in Export.objects.all()] == ["running"]


@pytest.fixture
def notice(connection):
    return WebhookNotice.objects.create(
        connection=connection,
        kind="delivered",
        digest="d" * 64,
        keyed=True,
        payload=b"{}",
        state="dead",
        attempts=6,
        reason="unreadable: no steps",
        received_at=NOON,
        due_at=NOON,
        finished_at=NOON,
    )


def test_a_webhook_given_up_is_listed_and_taken_up_again(notice):
    assert letters() == [("webhook", "unreadable: no steps")]
    dead_letters.replay(kind="webhook", subject=str(notice.pk), now=NOON)
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.due_at) == ("waiting", 0, NOON)


@pytest.mark.parametrize("kind", ["run", "export", "webhook", "nonsense"])
@pytest.mark.parametrize(
    "subject", ["", "x", "0", "²", "9" * 30, "00000000-0000-4000-8000-000000000000", "\x00"]
)
def test_what_is_not_there_cannot_be_replayed(db, kind, subject):
    with pytest.raises(UnknownLetter):
        dead_letters.replay(kind=kind, subject=subject, now=NOON)


def command(*words):
    out = StringIO()
    call_command("dead_letters", *words, stdout=out)
    return out.getvalue()


def test_the_command_lists_and_replays(alice, notice, sent):
    row = failed_export(alice)
    lines = command("list").splitlines()
    assert [line.split("\t")[:2] for line in lines] == [
        ["export", str(row.pk)],
        ["webhook", str(notice.pk)],
    ]
    assert "alice" not in command("list").lower()
    assert command("replay", "export", str(row.pk)) == "tried again\n"
    assert command("replay", "webhook") == "1 tried again\n"
    assert command("list") == ""
    with pytest.raises(CommandError, match="no dead export"):
        command("replay", "export", str(row.pk))
