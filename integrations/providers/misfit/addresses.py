"""Which addresses in a message may be fetched. Pure.

A message names the address of the certificate it is to be verified with, and of its confirmation:
fetching just any address would let a stranger sign for themselves, or use us as a relay into our
own network. Redirects are never followed. Source: docs.aws.amazon.com/sns on verifying signatures.
"""

import re
from urllib.parse import SplitResult, urlsplit

from integrations.abilities import WebhookRefused

SNS_HOST = re.compile(r"sns\.[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2}\.amazonaws\.com(\.cn)?")
PORTAL_HOST = re.compile(r"build\.misfit\.com")


def of_certificate(address: str, trusted: str) -> str:
    """The address, if a certificate may lie there; raises ``WebhookRefused``.

    ``trusted`` is another place, that the operator named; nothing when it is empty.
    """
    parts = _parts(address)
    if parts.path.endswith(".pem") and not parts.query and _fits(address, parts, SNS_HOST, trusted):
        return address
    raise WebhookRefused("untrusted_certificate", 403)


def of_sns_confirmation(address: str, trusted: str) -> str:
    """The address, if visiting it confirms a subscription at Amazon and does nothing else."""
    parts = _parts(address)
    confirms = "Action=ConfirmSubscription" in parts.query.split("&")
    if confirms and _fits(address, parts, SNS_HOST, trusted):
        return address
    raise WebhookRefused("untrusted_confirmation", 403)


def of_portal_confirmation(address: str, trusted: str) -> str:
    """The address, if it is the developer portal's own for verifying an endpoint."""
    parts = _parts(address)
    verifies = re.fullmatch(r"(/\w+)*/apps/[\w-]+/verify_endpoint", parts.path)
    if verifies and _fits(address, parts, PORTAL_HOST, trusted):
        return address
    raise WebhookRefused("untrusted_confirmation", 403)


def _parts(address: str) -> SplitResult:
    """Split an address of plain characters; anything that two parsers could read differently goes.

    Raises ``WebhookRefused``.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    plain = re.fullmatch(r"[\w.~:/?&=%+,-]{1,2000}", address, re.ASCII)
    if not plain or ".." in parts.path or "%" in parts.path:
        raise WebhookRefused("untrusted_address", 403)
    return parts


def _fits(address: str, parts: SplitResult, host: re.Pattern[str], trusted: str) -> bool:
    """The usual host over HTTPS (no port, no user name), or what lies below the trusted place."""
    if trusted:
        return address.startswith(f"{trusted.rstrip('/')}/")
    return parts.scheme == "https" and host.fullmatch(parts.netloc) is not None
