"""The keys that sign webhooks, in the formats of Google's Tink library: ECDSA, P-256, SHA-256."""

import secrets
from base64 import b64encode
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from msgspec.structs import replace

from sandbox.world import World

DOCUMENT = "google webhook keys"
TYPE_URL = "type.googleapis.com/google.crypto.tink.EcdsaPublicKey"
# Protobuf: hash SHA256, curve P-256, encoding DER.
PARAMETERS = bytes.fromhex("080310021802")


class Key(msgspec.Struct, kw_only=True):
    """One key; the last enabled one signs."""

    number: int
    private: str
    status: str = "ENABLED"


_firsts: WeakKeyDictionary[World, Key] = WeakKeyDictionary()


def keys_of(world: World) -> list[Key]:
    """Every key, oldest first; one is made when there is none.

    A reset goes back to the first key of this process: whoever has fetched it may go on using it.
    """
    with world.store.transaction():
        text = world.store.document(DOCUMENT)
        keys = msgspec.json.decode(text, type=list[Key]) if text else []
        return keys or _save(world, [replace(_firsts.setdefault(world, _new()))])


def rotate(world: World) -> Key:
    """Put a new key in force; the ones before still verify what they signed."""
    key = _new()
    _save(world, [*keys_of(world), key])
    return key


def disable(world: World, number: int) -> bool:
    """Let a key verify nothing any more; False when there is no such key."""
    keys = keys_of(world)
    for key in keys:
        if key.number == number:
            key.status = "DISABLED"
    _save(world, keys)
    return any(key.number == number for key in keys)


def sign(world: World, body: bytes) -> str:
    """The header's value over the raw bytes: 01, the key's number, DER; in base64.

    With every key disabled the newest signs all the same, so that refusing it can be tested.
    """
    keys = keys_of(world)
    key = next((one for one in reversed(keys) if one.status == "ENABLED"), keys[-1])
    der = _private(key).sign(body, ec.ECDSA(SHA256()))
    return b64encode(b"\x01" + key.number.to_bytes(4, "big") + der).decode()


def keyset(world: World) -> dict[str, Any]:
    """The public keyset."""
    keys = keys_of(world)
    return {"primaryKeyId": keys[-1].number, "key": [_published(key) for key in keys]}


def _published(key: Key) -> dict[str, Any]:
    point = _private(key).public_key().public_numbers()
    parts = {2: PARAMETERS, 3: point.x.to_bytes(33, "big"), 4: point.y.to_bytes(33, "big")}
    value = b"".join(bytes([field << 3 | 2, len(part)]) + part for field, part in parts.items())
    return {
        "keyId": key.number,
        "status": key.status,
        "outputPrefixType": "TINK",
        "keyData": {
            "typeUrl": TYPE_URL,
            "value": b64encode(value).decode(),
            "keyMaterialType": "ASYMMETRIC_PUBLIC",
        },
    }


def _new() -> Key:
    private = ec.generate_private_key(ec.SECP256R1())
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Key(number=1 + secrets.randbelow(2**32 - 1), private=text)


def _private(key: Key) -> ec.EllipticCurvePrivateKey:
    private = load_pem_private_key(key.private.encode(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private


def _save(world: World, keys: list[Key]) -> list[Key]:
    world.store.save_document(DOCUMENT, msgspec.json.encode(keys).decode())
    return keys
