"""Statements without models: columns packed in one piece, instants as ticks, errors as Django's."""

import threading
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction

from steps.ticks import ticks
from tests.factories import OrganizationFactory
from users import binary
from users.binary import Question, Statement
from users.models import Organization
from users.pipeline import Pipeline

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 11, 0, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("packed", "kind", "expected"),
    [
        (binary.texts(["a", "", "Schritte äöü 👟", 'with "quotes", {braces} \\']), "text", None),
        (binary.integers([0, -5, 2**62]), "bigint", [0, -5, 2**62]),
        (binary.instants([ticks(NOON)]), "timestamptz", [NOON]),
        (binary.texts([]), "text", []),
        (binary.integers([]), "bigint", []),
    ],
)
def test_a_column_comes_back_as_it_was_packed(packed, kind, expected):
    ((found,),) = binary.rows(f"SELECT %b::{kind}[]", [packed])
    assert found == (
        expected
        if expected is not None
        else ["a", "", "Schritte äöü 👟", 'with "quotes", {braces} \\']
    )


def test_instants_come_as_ticks_where_asked_for():
    assert binary.rows_in_ticks("SELECT %s::timestamptz", [NOON]) == [(ticks(NOON),)]
    assert binary.rows("SELECT %s::timestamptz", [NOON]) == [(NOON,)]


def test_errors_are_djangos_own():
    with pytest.raises(ProgrammingError), transaction.atomic():
        binary.rows("SELECT nothing_of_that_name", [])


def test_what_fails_in_one_trip_is_heard_of_at_its_end():
    heard = []

    def send():
        with binary.in_one_trip():
            binary.run("SELECT 1 / %s::int", [0])
            heard.append("went on")

    with pytest.raises(DataError), transaction.atomic():
        send()
    assert heard == ["went on"]


def named(name):
    return Question(Statement("SELECT name FROM users_organization WHERE name = %s", [name]), len)


def test_several_questions_are_answered_in_their_order(acme):
    assert binary.ask(named("Acme"), named("Nobody"), named("Acme")) == (1, 0, 1)


def test_numbers_of_every_size_and_nothing_at_all_share_one_statement():
    lists = ([1], [None], [50_000, None], [2**62], [])
    assert [binary.rows("SELECT %(a)s::bigint[]", {"a": each})[0][0] for each in lists] == [*lists]
    assert [binary.rows("SELECT %s", [n])[0][0] for n in (1, 2**40, -5)] == [1, 2**40, -5]


def test_what_waits_is_there_for_whoever_asks_next(acme):
    with transaction.atomic(), binary.in_one_trip():
        binary.run("UPDATE users_organization SET name = %s", ["Changed"])
        assert binary.ask(named("Changed")) == (1,)
        binary.run("UPDATE users_organization SET name = %s", ["Again"])
        assert Organization.objects.get().name == "Again"
        OrganizationFactory(name="Other")
        binary.run("UPDATE users_organization SET name = %s", ["Everybody"])
    assert set(Organization.objects.values_list("name", flat=True)) == {"Everybody"}


def test_what_waits_is_dropped_with_what_failed_before_it(acme):
    with suppress(ZeroDivisionError), binary.in_one_trip():
        binary.run("UPDATE users_organization SET name = %s", ["Changed"])
        raise ZeroDivisionError
    assert binary.ask(named("Acme")) == (1,)


def test_more_than_fits_into_both_sockets_goes_through_at_once():
    big = "x" * 5_000_000
    echoes = [Question(Statement("SELECT %s::text", [big]), lambda rows: rows[0][0])] * 3
    assert binary.ask(*echoes) == (big, big, big)


def test_a_percent_sign_and_a_name_used_twice():
    statement = "SELECT %(a)s::text || '%%' || %(a)s::text, 5 %% 3"
    assert binary.rows(statement, {"a": "x"}) == [("x%x", 2)]


def test_a_plan_that_no_longer_fits_is_made_anew(acme):
    def read():
        return binary.rows("SELECT * FROM shape", [])

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE shape AS SELECT 1 AS a")
        assert read() == [(1,)]
        cursor.execute("ALTER TABLE shape ADD b int DEFAULT 2")
    with pytest.raises(OperationalError), transaction.atomic():
        read()
    assert read() == [(1, 2)]


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_waits_for_a_lock_lets_its_holder_go_on(acme):
    lock = "SELECT name FROM users_organization WHERE id = %s FOR UPDATE"
    held, told = threading.Event(), []

    def wait_for_it():
        held.wait()
        with transaction.atomic():
            told.append(binary.rows(lock, [acme.pk]))
        connection.close()

    waiting = threading.Thread(target=wait_for_it)
    waiting.start()
    with transaction.atomic():
        binary.rows(lock, [acme.pk])
        held.set()
        waiting.join(0.2)
        binary.run("UPDATE users_organization SET name = %s", ["Changed"])
    waiting.join(10)
    assert told == [[("Changed",)]]


def test_what_cannot_be_written_leaves_the_connection_as_it_was(acme):
    with pytest.raises(DataError):
        binary.ask(named("Acme"), named("\0"))
    assert binary.ask(named("Acme")) == (1,)


@pytest.mark.django_db(transaction=True)
def test_who_is_interrupted_while_waiting_leaves_nothing_half_read(acme, monkeypatch):
    binary.ask(named("Acme"))
    monkeypatch.setattr(Pipeline, "_results", interrupted)
    with pytest.raises(KeyboardInterrupt):
        binary.ask(named("Acme"))
    monkeypatch.undo()
    assert connection.connection.closed
    connection.close()
    assert binary.ask(named("Acme")) == (1,)


def interrupted(_pipeline):
    raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
def test_a_server_that_goes_away_is_named_and_the_next_connection_works(acme):
    with pytest.raises(OperationalError), transaction.atomic():
        binary.rows("SELECT pg_terminate_backend(pg_backend_pid())", [])
    connection.close()
    assert binary.ask(named("Acme")) == (1,)
