"""What a phone's state says about the permission to read steps. Pure.

HealthKit never tells an app that reading was refused: it answers as if there were no steps, and all
that can be seen is whether the person was asked, and since iOS 27 that only a recent window was
allowed. Health Connect lists the permissions that are granted.
Sources: developer.apple.com, "Authorizing access to health data" and "Protecting user privacy";
developer.android.com, ``PermissionController.getGrantedPermissions``.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any


class Permission(StrEnum):
    """Where the permission to read steps stands, as far as the platform lets it be known."""

    GRANTED = "granted"
    REFUSED = "refused"
    LIMITED = "limited"
    ASKED = "asked"
    NOT_ASKED = "not_asked"
    UNKNOWN = "unknown"


_NEVER = {"never_asked", "not_asked", "not_determined", "should_request", "shouldRequest"}
_REFUSED = {"denied", "refused", "missing", "revoked", "not_granted"}


def permission_of(status: Mapping[str, Any], *, tells: bool) -> Permission:
    """Read the ``permission`` and ``earliest_authorized`` of a status block.

    ``tells`` is ``RelayProvider.tells_permission``: where it is False, granted and refused are
    nobody's to claim, and both read as asked.
    """
    said = status.get("permission")
    if not isinstance(said, str) or not said:
        return Permission.UNKNOWN
    if said in _NEVER:
        return Permission.NOT_ASKED
    if tells:
        return _told(said)
    return Permission.LIMITED if status.get("earliest_authorized") else Permission.ASKED


def sees_since(status: Mapping[str, Any], *, asked: datetime) -> datetime | None:
    """Return from when on an app that asked for everything since ``asked`` can see all there is.

    None where nobody can tell: what it does not list may be hidden from it.
    """
    said, told = status.get("permission"), status.get("earliest_authorized")
    if isinstance(said, str) and said in _REFUSED | _NEVER:
        return None
    if told is None:
        return None if said == Permission.LIMITED else asked
    first = _instant(told)
    return max(first, asked) if first else None


def _instant(told: object) -> datetime | None:
    try:
        first = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return first if first and first.tzinfo else None


def _told(said: str) -> Permission:
    if said == "granted":
        return Permission.GRANTED
    return Permission.REFUSED if said in _REFUSED else Permission.UNKNOWN
