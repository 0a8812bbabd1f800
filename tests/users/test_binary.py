"""Statements without models: columns packed in one piece, instants as ticks, errors as Django's."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, ProgrammingError, transaction

from steps.ticks import ticks
from users import binary

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
