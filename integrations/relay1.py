"""Reads the ``relay/1`` upload of a phone into typed records. Pure.

A body is decoded whole and typed at once. Only when that fails, or when a string holds what a
database cannot store, every record is looked at by itself, so that one bad record never costs the
others. Whether an instant lies in the future is for the receiver to judge, who knows the time.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from integrations.relay1_checks import (
    bounded,
    bucket_flaw,
    sample_flaw,
    sound,
    sound_status,
    sound_window,
)
from integrations.relay1_records import (
    MalformedUpload,
    Rejection,
    RelayBucket,
    RelayInstallation,
    RelaySample,
    RelaySource,
    RelayUpload,
    RelayWindow,
    Wire,
)
from integrations.relay1_tolerant import by_record, is_storable, json_object

__all__ = [
    "MalformedUpload",
    "Rejection",
    "RelayBucket",
    "RelayInstallation",
    "RelaySample",
    "RelaySource",
    "RelayUpload",
    "RelayWindow",
    "decode_status",
    "decode_upload",
]

_decoder = msgspec.json.Decoder(Wire)


def decode_upload(body: bytes) -> RelayUpload:
    """Read an upload; raises ``MalformedUpload`` when the body is none at all.

    A window only stays ``complete`` in the final part of an upload and when every sample could be
    read: otherwise the receiver would take the ones it has not seen for deleted.
    """
    rejected: list[Rejection] = []
    wire = _at_once(body) or by_record(body, rejected)
    if wire.schema != "relay/1":
        raise MalformedUpload("the schema is not relay/1")
    samples = sound("samples", wire.samples, sample_flaw, rejected)
    buckets = sound("buckets", wire.buckets, bucket_flaw, rejected)
    upload = RelayUpload(
        samples=samples,
        buckets=buckets,
        deleted=bounded("deleted", wire.deleted, rejected),
        window=sound_window(wire.window, rejected),
        installation=wire.installation,
        status=sound_status(wire.status, rejected),
        sent_at=wire.sent_at,
        time_zone=wire.time_zone,
        batch_id=wire.batch_id,
        rejected=rejected,
    )
    if upload.window and (wire.final is False or _is_cut(rejected)):
        upload.window.complete = False
    return upload


def _is_cut(rejected: Iterable[Rejection]) -> bool:
    """Whether samples could not be read, or whether others follow."""
    return any(item.list in {"samples", "final"} for item in rejected)


def decode_status(body: bytes) -> dict[str, Any]:
    """Read a status block sent alone (a heartbeat); raises ``MalformedUpload``."""
    rejected: list[Rejection] = []
    try:
        status = sound_status(json_object(body), rejected)
        if status is None or not is_storable(status):
            raise MalformedUpload("the status block is too big or holds unusable text")
    except RecursionError:
        raise MalformedUpload("nested too deeply") from None
    return status


def _at_once(body: bytes) -> Wire | None:
    """The fast way: None when anything at all is odd. NUL is JSON, but no database text."""
    if rb"\u0000" in body:
        return None
    try:
        wire = _decoder.decode(body)
    except (ValueError, RecursionError):
        return None
    for index, sample in enumerate(wire.samples):
        sample.index = index
    for index, bucket in enumerate(wire.buckets):
        bucket.index = index
    return wire
