"""Reads foreign JSON piece by piece, so that one odd piece costs only itself. Pure."""

import hashlib
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from integrations.relay1_checks import MOST_STEPS
from integrations.relay1_records import MalformedUpload, Rejection
from integrations.relay1_tolerant import is_storable, json_object

MOST_RECORDS = 50_000
MOST_NAMED = 100
LONGEST_ID = 120
_THOUSANDTH = Decimal("0.001")

Read = TypeVar("Read")


class Unusable(Exception):
    """One record cannot be used; ``code`` is a word of ``relay1_records.Rejection``."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def object_of(body: bytes) -> dict[str, Any]:
    """Read a body as a JSON object; raises ``MalformedUpload``."""
    try:
        return json_object(body)
    except RecursionError:
        raise MalformedUpload("nested too deeply") from None


def mapping(value: object) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def each(
    name: str, raw: object, read: Callable[[Any, int], Read | None], rejected: list[Rejection]
) -> list[Read]:
    """Read every item of a list by itself; ``read`` returns None for what does not concern us.

    Only the first hundred refusals are named, so that garbage cannot fill the memory.
    """
    if raw is None:
        return []
    if not isinstance(raw, list):
        rejected.append(Rejection(None, "invalid_list", "expected a list", name))
        return []
    kept = []
    for index, item in enumerate(raw[:MOST_RECORDS]):
        try:
            found = read(item, index)
        except Unusable as flaw:
            if len(rejected) < MOST_NAMED:
                rejected.append(Rejection(index, flaw.code, flaw.detail, name))
            continue
        if found is not None:
            kept.append(found)
    if len(raw) > MOST_RECORDS:
        detail = f"only the first {MOST_RECORDS} were read; send the others in another upload"
        rejected.append(Rejection(None, "too_many_records", detail, name))
    return kept


def steps_in(value: object) -> Decimal:
    """Read a count, a number or its text, to a thousandth of a step; raises ``Unusable``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unusable("invalid_record", "the count is no number")
    try:
        count = Decimal(str(value).strip())
    except InvalidOperation:
        raise Unusable("invalid_record", "the count is no number") from None
    if not count.is_finite():
        raise Unusable("not_finite", "the count is no finite number")
    if count > MOST_STEPS:
        raise Unusable("count_too_large", f"the count is above {MOST_STEPS}")
    if count < 0:
        raise Unusable("negative_count", "the count is below zero")
    return count.quantize(_THOUSANDTH)


def text_of(value: object, longest: int) -> str | None:
    """The value as a text that can be stored, cut to ``longest`` characters, else None."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = str(value)[:longest]
    return text if text and is_storable(text) else None


def is_set(value: object) -> bool:
    """Whether a flag is set, also where a writer turned it into text."""
    if isinstance(value, str):
        return value.strip().lower() in {"1", "true", "yes"}
    return value is True or (isinstance(value, int) and value == 1)


def identity(prefix: str, *parts: object) -> str:
    """An id for a record that has none: the same parts always give the same id."""
    joined = "\x1f".join(str(part) for part in parts)
    return f"{prefix}:{hashlib.sha256(joined.encode(errors='replace')).hexdigest()[:40]}"
