"""Speaks to Google as our own service account, which alone may manage webhook subscribers.

Source: developers.google.com/identity/protocols/oauth2/service-account (signed JWT, RS256).
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from integrations.errors import BadPayload, Rejected
from integrations.public_calls import post_form

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = timedelta(minutes=10)


class ServiceAccount(msgspec.Struct, frozen=True):
    """What the key file says that is needed; the rest of it is ignored."""

    client_email: str
    private_key: str
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    private_key_id: str = ""


def load(path: str) -> ServiceAccount:
    """Read the JSON key file of a service account; raises ``Rejected``, never with its content."""
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=ServiceAccount)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise Rejected("the service account's key file cannot be read") from None


def access_token(account: ServiceAccount, *, now: datetime) -> str:
    """A token for the cloud platform, good for an hour; raises ``integrations.errors``."""
    answer = post_form(
        account.token_uri,
        {"grant_type": GRANT_TYPE, "assertion": _assertion(account, now)},
        now=now,
    )
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise BadPayload("the token answer has no token")
    return token


def _assertion(account: ServiceAccount, now: datetime) -> str:
    header = {"alg": "RS256", "typ": "JWT", "kid": account.private_key_id}
    issued = int(now.timestamp())
    claims = {
        "iss": account.client_email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
    }
    signed = f"{_part(header)}.{_part(claims)}"
    signature = _key(account).sign(signed.encode(), PKCS1v15(), SHA256())
    return f"{signed}.{_encoded(signature)}"


def _part(value: Mapping[str, object]) -> str:
    return _encoded(msgspec.json.encode(value))


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _key(account: ServiceAccount) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(account.private_key.encode(), password=None)
    except (ValueError, TypeError):
        raise Rejected("the service account's key cannot be read") from None
    if not isinstance(key, RSAPrivateKey):
        raise Rejected("the service account's key is no RSA key")
    return key
