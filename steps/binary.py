"""Statements on Django's own connection, in binary and without models, for the hottest paths."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def rows(statement: str, parameters: Sequence[Any]) -> list[Any]:
    """Run a statement in the current transaction and return its rows as tuples."""
    cursor = _cursor()
    cursor.execute(statement, parameters, binary=True)
    return cursor.fetchall()


def run(statement: str, parameters: Sequence[Any]) -> None:
    """Run a statement that gives no rows in the current transaction."""
    _cursor().execute(statement, parameters)


def _cursor() -> "psycopg.Cursor[Any]":
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)
