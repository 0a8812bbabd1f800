"""Statements on Django's own connection, in binary and without models, for the hottest paths.

Instants come back and go in as ``steps.ticks``: PostgreSQL counts the same microseconds, so that
no datetime is made of them. Whole columns go in as arrays that are packed here in one piece.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, repeat
from typing import Any

import psycopg
from django.db import connection
from psycopg import pq
from psycopg.adapt import Dumper
from psycopg.types.numeric import Int8BinaryLoader

_INT8, _TEXT, _TIMESTAMPTZ = 20, 25, 1184
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
    encoded = [value.encode() for value in values]
    parts = chain.from_iterable((_LENGTH.pack(len(each)), each) for each in encoded)
    return Packed(_TEXT, len(encoded), b"".join(parts))


def _eight_bytes(element: int, values: Sequence[int]) -> Packed:
    pairs: Iterable[int] = chain.from_iterable(zip(repeat(8), values, strict=False))
    return Packed(element, len(values), struct.pack(">" + "iq" * len(values), *pairs))


Parameters = Sequence[Any] | Mapping[str, Any]


def rows(statement: str, parameters: Parameters) -> list[Any]:
    """Run a statement in the current transaction and return its rows as tuples."""
    with connection.wrap_database_errors:
        cursor = _cursor()
        cursor.execute(statement, parameters, binary=True, prepare=True)
        return cursor.fetchall()


def rows_in_ticks(statement: str, parameters: Parameters) -> list[Any]:
    """Do the same with every instant as ticks."""
    with connection.wrap_database_errors:
        cursor = _cursor()
        cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
        cursor.execute(statement, parameters, binary=True, prepare=True)
        return cursor.fetchall()


def run(statement: str, parameters: Parameters) -> None:
    """Run a statement that gives no rows in the current transaction."""
    with connection.wrap_database_errors:
        _cursor().execute(statement, parameters, prepare=True)


@contextmanager
def in_one_trip() -> Iterator[None]:
    """Send every statement ``run`` in the block without waiting for the one before.

    Whatever one of them raises comes at the end of the block, or where rows are asked for.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _cursor() -> "psycopg.Cursor[Any]":
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    cursor.adapters.register_dumper(Packed, _PackedDumper)
    return cursor
