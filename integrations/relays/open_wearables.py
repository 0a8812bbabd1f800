"""Reads what apps built with the Open Wearables mobile SDK post. Pure.

Raw samples with the platform's own ids, from Apple Health, Health Connect or Samsung Health. Newer
and older releases name some keys differently. Deletions are not part of the format. Source: the
SDK's iOS, Android and server code of 2026.
"""

from typing import Any

from integrations.relay1_records import RelayInstallation, RelaySample, RelaySource
from integrations.relays.forms import Push
from integrations.relays.instants import iso, iso_or_none
from integrations.relays.reading import (
    LONGEST_ID,
    Unusable,
    each,
    identity,
    is_set,
    mapping,
    object_of,
    steps_in,
    text_of,
)

CLIENT = "open_wearables"
NAME = "Open Wearables"
STEPS = frozenset({"HKQuantityTypeIdentifierStepCount", "STEP_COUNT"})
TYPED_BY_HAND = "HKWasUserEntered"
_PLATFORMS = {"apple": "ios", "google": "android", "samsung": "android"}


def decode(body: bytes) -> Push:
    """Read one chunk; raises ``MalformedUpload`` when the body is no JSON object."""
    raw = object_of(body)
    push = Push(client=CLIENT, name=NAME, sent_at=iso_or_none(raw.get("syncTimestamp")))
    push.installation = installation_of(raw)
    records = mapping(raw.get("data")).get("records")
    push.samples = each("records", records, _sample, push.rejected)
    for sample in push.samples:
        # A sample is sent once, when it is new. What a person changed or deleted in Health is not
        # told, but what stands in its place is newer and so wins where the two meet.
        sample.written = push.sent_at
    return push


def installation_of(raw: dict[str, Any]) -> RelayInstallation:
    """Which SDK on which platform speaks."""
    provider = text_of(raw.get("provider"), 16) or ""
    return RelayInstallation(
        platform=_PLATFORMS.get(provider.lower()), app=text_of(raw.get("sdkVersion"), 32)
    )


def _sample(record: object, index: int) -> RelaySample | None:
    if not isinstance(record, dict):
        raise Unusable("invalid_record", "expected an object")
    kind = record.get("type")
    if not isinstance(kind, str) or kind not in STEPS:
        return None
    source = mapping(record.get("source"))
    start, end = iso(record.get("startDate")), iso(record.get("endDate"))
    if end < start:
        raise Unusable("ends_before_start", "the end is before the start")
    return RelaySample(
        id=_id(record, source),
        start=start,
        end=end,
        count=float(steps_in(record.get("value"))),
        manual=_typed_by_hand(record, source),
        source=_source(source),
        index=index,
    )


def _id(record: dict[str, Any], source: dict[str, Any]) -> str:
    for key in ("id", "uuid"):
        given = text_of(record.get(key), LONGEST_ID + 1)
        if given and len(given) <= LONGEST_ID:
            return given
    parts = (_app(source), _product(source), record.get("startDate"), record.get("endDate"))
    return identity("ow", *parts, record.get("value"))


def _typed_by_hand(record: dict[str, Any], source: dict[str, Any]) -> bool:
    """Android says it in the recording method, Apple Health only in the metadata."""
    if source.get("recordingMethod") == "manual":
        return True
    return any(_flagged(record.get(key)) for key in ("metadata", "recordMetadata"))


def _flagged(metadata: object) -> bool:
    """Metadata is an object, a list of objects (whole or key and value apart), or null."""
    entries = metadata if isinstance(metadata, list) else [metadata]
    for entry in map(mapping, entries):
        if is_set(entry.get(TYPED_BY_HAND)):
            return True
        if entry.get("key") == TYPED_BY_HAND and is_set(entry.get("value")):
            return True
    return False


def _source(source: dict[str, Any]) -> RelaySource:
    return RelaySource(
        app=_app(source),
        name=_first(source, "deviceName", "name"),
        product=_product(source),
        os=_first(source, "deviceSoftwareVersion", "version"),
    )


def _app(source: dict[str, Any]) -> str | None:
    return _first(source, "appId", "bundleIdentifier")


def _product(source: dict[str, Any]) -> str:
    """Kind and model. Apple's models name their kind themselves; no other maker's do."""
    model = _first(source, "deviceModel", "productType") or ""
    kind = text_of(source.get("deviceType"), 20) or ""
    if not kind or model.lower().startswith(("watch", "iphone", "ipad")):
        return model
    return f"{kind}:{model}" if model else kind


def _first(source: dict[str, Any], *keys: str) -> str | None:
    found = (text_of(source.get(key), 100) for key in keys)
    return next((text for text in found if text), None)
