"""Reads an odd ``relay/1`` body record by record. Pure."""

import json
from typing import Any

import msgspec

from integrations.relay1_checks import Flaw
from integrations.relay1_records import (
    Id,
    MalformedUpload,
    Rejection,
    RelayBucket,
    RelaySample,
    Wire,
)

LISTS: dict[str, Any] = {"samples": RelaySample, "buckets": RelayBucket, "deleted": Id}
SINGLES = {item.name: item.type for item in msgspec.structs.fields(Wire) if item.name not in LISTS}


def by_record(body: bytes, rejected: list[Rejection]) -> Wire:
    """The patient way: every record by itself, every single field by itself."""
    try:
        raw = json_object(body)
        if raw.get("schema") != "relay/1":
            raise MalformedUpload("the schema is not relay/1")
        wire = Wire(schema="relay/1")
        for name, kind in LISTS.items():
            setattr(wire, name, _records(name, raw.get(name), kind, rejected))
        for name, kind in SINGLES.items():
            setattr(wire, name, _single(name, raw.get(name), kind, rejected))
    except RecursionError:
        raise MalformedUpload("nested too deeply") from None
    return wire


def json_object(body: bytes) -> dict[str, Any]:
    """The standard library lets NaN and stray surrogates pass, so they cost one record only."""
    try:
        raw = json.loads(body)
    except ValueError:
        raise MalformedUpload("the body is no JSON") from None
    if not isinstance(raw, dict):
        raise MalformedUpload("the body is no JSON object")
    return raw


def _records(name: str, raw: object, kind: Any, rejected: list[Rejection]) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        rejected.append(Rejection(None, "invalid_list", "expected a list", name))
        return []
    kept = []
    for index, item in enumerate(raw):
        record, flaw = _converted(item, kind)
        if flaw:
            rejected.append(Rejection(index, *flaw, name))
            continue
        if kind is not Id:
            record.index = index
        kept.append(record)
    return kept


def _single(name: str, raw: object, kind: Any, rejected: list[Rejection]) -> Any:
    value, flaw = _converted(raw, kind)
    if flaw:
        rejected.append(Rejection(None, "invalid_field", flaw[1], name))
    return value


def _converted(raw: object, kind: Any) -> tuple[Any, Flaw | None]:
    if not is_storable(raw):
        return None, ("invalid_text", "a text holds a character that cannot be stored")
    try:
        return msgspec.convert(raw, kind, str_keys=True), None
    except msgspec.ValidationError as error:
        return None, ("invalid_record", str(error))


def is_storable(value: object) -> bool:
    if isinstance(value, dict):
        return all(is_storable(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(is_storable(part) for part in value)
    return not isinstance(value, str) or _is_storable_text(value)


def _is_storable_text(text: str) -> bool:
    """PostgreSQL takes neither NUL nor half of a surrogate pair."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False
