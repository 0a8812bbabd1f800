"""The project's service account: its key file, and tokens for the cloud platform."""

import hmac
import secrets
import time
from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sandbox.world import World

DOCUMENT = "google service account"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
EMAIL = "stepwell@sandbox-project.iam.gserviceaccount.com"
LIFETIME = 3599


class Account(msgspec.Struct, kw_only=True):
    """The private key, and the secret that makes access tokens."""

    private_key: str
    secret: str


def account_of(world: World) -> Account:
    """The service account, made when first asked for."""
    with world.store.transaction():
        text = world.store.document(DOCUMENT)
        if text:
            return msgspec.json.decode(text, type=Account)
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        account = Account(private_key=pem, secret=secrets.token_hex(16))
        world.store.save_document(DOCUMENT, msgspec.json.encode(account).decode())
        return account


def key_file(world: World, token_uri: str) -> dict[str, str]:
    """What Google gives for download when a key is made."""
    return {
        "type": "service_account",
        "project_id": "sandbox-project",
        "private_key_id": "sandbox-key",
        "private_key": account_of(world).private_key,
        "client_email": EMAIL,
        "client_id": "100000000000000000001",
        "token_uri": token_uri,
    }


def exchange(world: World, assertion: str, token_uri: str) -> dict[str, Any] | None:
    """The token answer for a signed JWT; None when the JWT is not in order."""
    claims = _claims(world, assertion)
    now = time.time()
    if claims is None or claims.get("iss") != EMAIL or claims.get("aud") != token_uri:
        return None
    if SCOPE not in str(claims.get("scope")).split() or not _is_current(claims, now):
        return None
    ends = int(now) + LIFETIME
    token = f"ya29.svc-{ends}-{_mark(world, ends)}"
    return {"access_token": token, "expires_in": LIFETIME, "token_type": "Bearer"}


def is_token(world: World, token: str) -> bool:
    """Whether it is an access token of the service account that has not run out."""
    kind, _, rest = token.partition("-")
    ends, _, mark = rest.partition("-")
    if kind != "ya29.svc" or not (ends.isascii() and ends.isdecimal()) or len(ends) > 12:
        return False
    known = hmac.compare_digest(mark.encode(), _mark(world, int(ends)).encode())
    return known and int(ends) > time.time()


def _mark(world: World, ends: int) -> str:
    secret = account_of(world).secret.encode()
    return hmac.new(secret, str(ends).encode(), sha256).hexdigest()


def _is_current(claims: dict[str, Any], now: float) -> bool:
    issued, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(ends, int):
        return False
    return issued - 60 <= now < ends <= issued + 3600


def _claims(world: World, assertion: str) -> dict[str, Any] | None:
    """The claims of a JWT that our key signed with RS256."""
    private = load_pem_private_key(account_of(world).private_key.encode(), password=None)
    assert isinstance(private, rsa.RSAPrivateKey)
    signed, _, signature = assertion.rpartition(".")
    try:
        private.public_key().verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
        header, claims = (msgspec.json.decode(_decoded(part)) for part in signed.split("."))
    except (InvalidSignature, ValueError):
        return None
    return claims if header.get("alg") == "RS256" and isinstance(claims, dict) else None


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
