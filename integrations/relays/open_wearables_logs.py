"""Reads the diagnosis feed of the Open Wearables mobile SDK. Pure.

The SDK tells how a sync went and what state the phone is in. What the house has a word for is kept
under that word, so that it reads like any other phone's status.
"""

from typing import Any

from integrations.relays.forms import Push
from integrations.relays.instants import iso_or_none
from integrations.relays.open_wearables import CLIENT, NAME, STEPS, installation_of
from integrations.relays.reading import each, mapping, object_of, text_of

MOST_EVENTS = 100


def decode(body: bytes) -> Push:
    """Read one feed; raises ``MalformedUpload`` when the body is no JSON object.

    The status holds ``low_power``, and under the client's name the battery (0 to 1), the kind of
    task and the end of the last sync of steps.
    """
    raw = object_of(body)
    push = Push(client=CLIENT, name=NAME, installation=installation_of(raw))
    own: dict[str, Any] = {}
    events = raw.get("events")
    latest = each("events", events, lambda item, _: mapping(item), push.rejected)[-MOST_EVENTS:]
    for event in latest:
        _note(event, push.status, own)
    if own:
        push.status[CLIENT] = own
    return push


def _note(event: dict[str, Any], status: dict[str, Any], own: dict[str, Any]) -> None:
    match event.get("eventType"):
        case "device_state":
            if isinstance(event.get("isLowPowerMode"), bool):
                status["low_power"] = event["isLowPowerMode"]
            own["battery"] = _share(event.get("batteryLevel"))
            own["task"] = text_of(event.get("taskType"), 40)
        case "historical_data_type_sync_end" if text_of(event.get("dataType"), 60) in STEPS:
            own["steps_sync"] = _sync_end(event)


def _sync_end(event: dict[str, Any]) -> dict[str, Any]:
    at, count = iso_or_none(event.get("timestamp")), event.get("recordCount")
    return {
        "success": event.get("success") is True,
        "records": count if isinstance(count, int) and 0 <= count < 10**9 else None,
        "at": at.isoformat() if at else None,
    }


def _share(level: object) -> float | None:
    return float(level) if isinstance(level, int | float) and 0 <= level <= 1 else None
