"""What the Garmin Health API means by its error answers. Pure.

Garmin's reference is open to partners only; the statuses are those that integrators saw live. The
bodies are not agreed on, so only one phrase is read: the one that tells a range reaching too far
back from every other bad request.
"""

from collections.abc import Iterator, Mapping

from integrations.errors import NeedsReconnect, ProviderFailure, Rejected

TOO_FAR_BACK = "min start time"


class NotThere(Rejected):
    """404: no such address, or nobody registered."""


class NotAllowed(Rejected):
    """403: for a backfill it means that the person does not share their history."""


class AskedBefore(Rejected):
    """409: this range was asked for already and is not sent again."""


class TooFarBack(Rejected):
    """400: the range begins before what Garmin gives out."""


class SwitchedOff(NeedsReconnect):
    """412: the person has switched this kind of data off for us."""

    default_cause = "scope_missing"


BY_STATUS: dict[int, type[ProviderFailure]] = {
    403: NotAllowed,
    404: NotThere,
    409: AskedBefore,
    412: SwitchedOff,
}


def classify(status: int, body: object, headers: Mapping[str, str]) -> ProviderFailure | None:
    """Name the failure, or None where the HTTP status alone says enough."""
    del headers  # none that matter; Retry-After is read by the general rules
    if status == 400 and any(TOO_FAR_BACK in text.lower() for text in _texts(body)):
        return TooFarBack("the range begins too early")
    failure = BY_STATUS.get(status)
    return failure(f"Garmin answered {status}") if failure else None


def _texts(body: object) -> Iterator[str]:
    """The texts of an error body, whichever member they stand in."""
    values = body.values() if isinstance(body, dict) else [body]
    return (value for value in values if isinstance(value, str))
