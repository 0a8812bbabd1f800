"""Statements on Django's own connection, in binary and without models, for the hottest paths.

They belong to the transaction that runs on it. Instants can come back and go in as whole
microseconds since 2000 (ticks), so that no datetime is made of them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from users.packing import instants, integers, texts
from users.pipeline import Parameters, Pipeline, Statement

__all__ = [
    "Question",
    "Statement",
    "ask",
    "in_one_trip",
    "instants",
    "integers",
    "rows",
    "rows_in_ticks",
    "run",
    "texts",
]

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Question(Generic[A]):
    """A statement and what is made of its rows."""

    statement: Statement
    understood: Callable[[list[Any]], A]


_pipelines: "WeakKeyDictionary[psycopg.Connection[Any], Pipeline]" = WeakKeyDictionary()
# Statements that wait for the next trip, by the connection of a block ``in_one_trip``.
_waiting: "WeakKeyDictionary[BaseDatabaseWrapper, list[Statement]]" = WeakKeyDictionary()


def rows(statement: str, parameters: Parameters) -> list[Any]:
    """Run a statement in the current transaction and return its rows as tuples."""
    return _next_trip(Statement(statement, parameters))[0]


def rows_in_ticks(statement: str, parameters: Parameters) -> list[Any]:
    """Do the same with every instant as ticks."""
    return _next_trip(Statement(statement, parameters, in_ticks=True))[0]


@overload
def ask(first: Question[A], /) -> tuple[A]: ...
@overload
def ask(first: Question[A], second: Question[B], /) -> tuple[A, B]: ...
@overload
def ask(first: Question[A], second: Question[B], third: Question[C], /) -> tuple[A, B, C]: ...
@overload
def ask(
    first: Question[A], second: Question[B], third: Question[C], fourth: Question[D], /
) -> tuple[A, B, C, D]: ...
def ask(*questions: Question[Any]) -> tuple[Any, ...]:
    """Run the statements of the questions in this order, in one trip, and return the answers.

    Each sees what those before it had to wait for.
    """
    told = _next_trip(*[question.statement for question in questions])
    return tuple(
        [question.understood(rows) for question, rows in zip(questions, told, strict=True)]
    )


def run(statement: str, parameters: Parameters) -> None:
    """Run a statement that gives no rows; in a block ``in_one_trip`` it waits for the next trip."""
    database = connections[DEFAULT_DB_ALIAS]
    waiting = _waiting.get(database)
    if waiting is None:
        _sent(database, [Statement(statement, parameters)])
    else:
        waiting.append(Statement(statement, parameters))


@contextmanager
def in_one_trip() -> Iterator[None]:
    """Let every statement ``run`` in the block go together with the next one that gives rows.

    What is left goes at the end of the block, and before anything that Django sends itself; so all
    keep their order. Whatever one of them raises comes with that trip. To be used in a transaction.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database in _waiting:
        yield
        return
    _waiting[database] = []
    try:
        with database.execute_wrapper(_after_what_waits):
            yield
        _next_trip()
    finally:
        del _waiting[database]


def _after_what_waits(execute: Any, sql: Any, parameters: Any, many: Any, context: Any) -> Any:
    _next_trip()
    return execute(sql, parameters, many, context)


def _next_trip(*statements: Statement) -> list[list[Any]]:
    """Send what waits and then the statements; returns the rows of these."""
    database = connections[DEFAULT_DB_ALIAS]
    waiting = _waiting.get(database)
    if not waiting:
        return _sent(database, statements)
    ahead = [*waiting]
    waiting.clear()
    return _sent(database, (*ahead, *statements))[len(ahead) :]


def _sent(database: BaseDatabaseWrapper, statements: Sequence[Statement]) -> list[list[Any]]:
    """Send statements; psycopg's errors become Django's."""
    if not statements:
        return []
    database.ensure_connection()
    raw: psycopg.Connection[Any] = database.connection
    pipeline = _pipelines.get(raw)
    if pipeline is None:
        pipeline = _pipelines[raw] = Pipeline(raw)
    with database.wrap_database_errors:
        return pipeline.answers(statements, autocommit=raw.autocommit)
