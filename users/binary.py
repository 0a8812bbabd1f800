"""Statements on Django's own connection, in binary and without models, for the hottest paths.

Instants come back and go in as whole microseconds since 2000, as PostgreSQL counts them, so that
no datetime is made of them. Whole columns go in as arrays that are packed here in one piece.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, repeat
from typing import Any
from weakref import WeakSet

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import pq
from psycopg.adapt import Dumper
from psycopg.types.numeric import Int8BinaryLoader

_INT8, _TEXT, _TIMESTAMPTZ = 20, 25, 1184
_ONE_BYTE = 128
_HEAD = struct.Struct(">iiiii")
_LENGTH = struct.Struct(">i")


class Packed:
    """A column as an array in PostgreSQL's binary form; the statement names its type."""

    def __init__(self, element: int, count: int, body: bytes) -> None:
        dimensions = 1 if count else 0
        head = _HEAD.pack(dimensions, 0, element, count, 1)
        self.data = head[: 20 if count else 12] + body


class _PackedDumper(Dumper):
    format = pq.Format.BINARY

    def dump(self, obj: Packed) -> bytes:
        return obj.data


def integers(values: Sequence[int]) -> Packed:
    """Pack a ``bigint[]``."""
    return _eight_bytes(_INT8, values)


def instants(values: Sequence[int]) -> Packed:
    """Pack ticks as a ``timestamptz[]``."""
    return _eight_bytes(_TIMESTAMPTZ, values)


def texts(values: Sequence[str]) -> Packed:
    """Pack a ``text[]``."""
    return Packed(_TEXT, len(values), _of_one_length(values) or _of_any_length(values))


def _of_one_length(values: Sequence[str]) -> bytes | None:
    """Pack what is ASCII and of one length, as most ids are, in one piece; None for all else."""
    lengths = set(map(len, values))
    length = lengths.pop() if len(lengths) == 1 else 0
    if not 0 < length < _ONE_BYTE:
        return None
    head = "\0\0\0" + chr(length)
    text = head + head.join(values)
    return text.encode() if text.isascii() else None


def _of_any_length(values: Sequence[str]) -> bytes:
    encoded = [value.encode() for value in values]
    return b"".join(chain.from_iterable((_LENGTH.pack(len(each)), each) for each in encoded))


def _eight_bytes(element: int, values: Sequence[int]) -> Packed:
    pairs: Iterable[int] = chain.from_iterable(zip(repeat(8), values, strict=False))
    return Packed(element, len(values), struct.pack(">" + "iq" * len(values), *pairs))


Parameters = Sequence[Any] | Mapping[str, Any]


def rows(statement: str, parameters: Parameters) -> list[Any]:
    """Run a statement in the current transaction and return its rows as tuples."""
    with _Cursor() as cursor:
        cursor.execute(statement, parameters, binary=True, prepare=True)
        return cursor.fetchall()


def rows_in_ticks(statement: str, parameters: Parameters) -> list[Any]:
    """Do the same with every instant as ticks."""
    with _Cursor() as cursor:
        cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
        cursor.execute(statement, parameters, binary=True, prepare=True)
        return cursor.fetchall()


def run(statement: str, parameters: Parameters) -> None:
    """Run a statement that gives no rows in the current transaction."""
    with _Cursor() as cursor:
        cursor.execute(statement, parameters, prepare=True)


@contextmanager
def in_one_trip() -> Iterator[None]:
    """Send every statement ``run`` in the block without waiting for the one before.

    Whatever one of them raises comes at the end of the block, or where rows are asked for.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    with database.wrap_database_errors, database.connection.pipeline():
        yield


# Connections that know the type: to teach it to each cursor costs more than most statements.
_taught: "WeakSet[psycopg.Connection[Any]]" = WeakSet()


class _Cursor:
    """A cursor on Django's connection that turns psycopg's errors into Django's.

    Written out, as the usual decorator would cost a tenth of a small statement.
    """

    def __enter__(self) -> "psycopg.Cursor[Any]":
        database = connections[DEFAULT_DB_ALIAS]
        database.ensure_connection()
        self._errors = database.wrap_database_errors
        raw = database.connection
        if raw not in _taught:
            raw.adapters.register_dumper(Packed, _PackedDumper)
            _taught.add(raw)
        return psycopg.Cursor(raw)

    def __exit__(self, *raised: Any) -> None:
        self._errors.__exit__(*raised)
