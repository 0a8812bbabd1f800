"""Who the account is: identity, settings and paired devices."""

from typing import Any

from werkzeug.wrappers import Request

from sandbox.google_health.errors import ApiError
from sandbox.google_health.pages import check_names, cursor_of, page_size, token_for
from sandbox.google_health.shapes import duration, instant
from sandbox.knobs import Knobs
from sandbox.people import Device, Person, last_sync
from sandbox.world import World
from sandbox.zones import offset_at


def identity(world: World, request: Request, person: Person) -> dict[str, Any]:
    """GET identity: exactly three members."""
    del world
    check_names(request.args, frozenset())
    return {
        "name": "users/me/identity",
        "legacyUserId": person.legacy_user_id,
        "healthUserId": person.health_user_id,
    }


def settings(world: World, request: Request, person: Person) -> dict[str, Any]:
    """GET settings: the zone the person lives in now."""
    check_names(request.args, frozenset())
    now = world.clock.timestamp()
    zone = person.zone_at(now)
    body = {
        "name": f"users/{person.health_user_id}/settings",
        "timeZone": zone,
        "utcOffset": duration(offset_at(zone, now)),
        "languageLocale": "en_US",
        "distanceUnit": "DISTANCE_UNIT_MILES",
    }
    if world.knobs.now.sprinkle:
        body["stepGoalStyle"] = "STEP_GOAL_STYLE_NOT_YET_DOCUMENTED"
    return body


def paired_devices(world: World, request: Request, person: Person) -> dict[str, Any]:
    """GET pairedDevices: five a page unless asked otherwise."""
    check_names(request.args, frozenset({"pageSize", "pageToken"}))
    size = page_size(request.args, default=5, most=100)
    start = (cursor_of(request.args) or (0,))[0]
    now, knobs = world.clock.timestamp(), world.knobs.now
    page = person.devices[start : start + size]
    body: dict[str, Any] = {}
    if page:
        body["pairedDevices"] = [_device(one, person, now, knobs) for one in page]
    if start + size < len(person.devices):
        body["nextPageToken"] = token_for((start + size,), request.args)
    return body


def paired_device(world: World, person: Person, device_id: str) -> dict[str, Any]:
    """GET pairedDevices/{id}."""
    for device in person.devices:
        if device.id == device_id:
            return _device(device, person, world.clock.timestamp(), world.knobs.now)
    raise ApiError(404, "Requested entity was not found.", reason="RESOURCE_NOT_FOUND")


def _device(device: Device, person: Person, now: float, knobs: Knobs) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": f"users/{person.health_user_id}/pairedDevices/{device.id}",
        "deviceType": device.device_type,
        "deviceVersion": device.device_version,
        "batteryStatus": device.battery_status,
        "batteryLevel": device.battery_level,
        "lastSyncTime": instant(last_sync(device, person, now)),
    }
    if device.features:
        body["features"] = device.features
    if knobs.sprinkle:
        body["firmwareChannel"] = "FIRMWARE_CHANNEL_UNHEARD_OF"
    return body
