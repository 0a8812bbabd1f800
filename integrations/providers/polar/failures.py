"""What Polar AccessLink means by its error answers. Pure.

Source: the published AccessLink v3 description (users, daily activity).
"""

from collections.abc import Mapping

from integrations.errors import NeedsReconnect, ProviderFailure, Rejected


class NotThere(Rejected):
    """404: nobody of that id is registered."""


class RegisteredBefore(Rejected):
    """409: the person is registered already."""


def classify(status: int, body: object, headers: Mapping[str, str]) -> ProviderFailure | None:
    """Name the failure, or None where the HTTP status alone says enough."""
    del body, headers  # not documented
    if status == 403:  # the token is good; the account has not agreed to what Polar asks of it
        return NeedsReconnect("mandatory consents are missing", cause="provider_consent_incomplete")
    if status == 404:
        return NotThere("Polar answered 404")
    return RegisteredBefore("Polar answered 409") if status == 409 else None
