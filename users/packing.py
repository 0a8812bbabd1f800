"""Whole columns packed in one piece, as arrays in PostgreSQL's binary form. Pure.

psycopg would look at every element by itself. Instants are whole microseconds since 2000 (ticks),
as PostgreSQL counts them, so that no datetime is made of them.
"""

import struct
from collections.abc import Iterable, Sequence
from itertools import chain, repeat

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
