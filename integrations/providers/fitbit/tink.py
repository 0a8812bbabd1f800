"""Verifies the signatures of Google's webhooks with its published keys. Pure.

Keys and signatures are in the format of the Tink library, of which only this much is needed: ECDSA
over P-256 with SHA-256, DER-encoded. A signature is ``01``, the key's number in four bytes
(big-endian) and the DER bytes; a key is a small protobuf message in a JSON keyset. Sources:
developers.google.com/health/webhooks ("how to verify the signature") and Tink's wire format.
"""

from base64 import b64decode
from collections.abc import Iterator

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.hashes import SHA256

KEY_TYPE = "type.googleapis.com/google.crypto.tink.EcdsaPublicKey"
# Parameters SHA256 (1: 3), P-256 (2: 2), DER (3: 2); nothing else is accepted.
PARAMETERS = {1: 3, 2: 2, 3: 2}
TINK_PREFIX = b"\x01"
PREFIX_LENGTH = 5


class UnknownKey(Exception):
    """The keyset has no key of this number; a newer keyset may."""


class BadSignature(Exception):
    """The signature is not one of an enabled key over these bytes."""


class _KeyData(msgspec.Struct, rename="camel"):
    type_url: str
    value: str
    key_material_type: str


class _Key(msgspec.Struct, rename="camel"):
    key_id: int
    status: str
    output_prefix_type: str
    key_data: _KeyData


class _Keyset(msgspec.Struct):
    key: list[_Key]


def verify(signature: bytes, message: bytes, keyset: bytes) -> None:
    """Raise ``UnknownKey`` or ``BadSignature`` unless an enabled key signed ``message``."""
    if len(signature) <= PREFIX_LENGTH or signature[:1] != TINK_PREFIX:
        raise BadSignature("not in Tink's format")
    number = int.from_bytes(signature[1:PREFIX_LENGTH], "big")
    key = _key(keyset, number)
    try:
        key.verify(signature[PREFIX_LENGTH:], message, ECDSA(SHA256()))
    except InvalidSignature:
        raise BadSignature("does not fit") from None


def _key(keyset: bytes, number: int) -> EllipticCurvePublicKey:
    """The enabled signing key of that number. A keyset nobody can read has no keys."""
    try:
        keys = msgspec.json.decode(keyset, type=_Keyset).key
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        keys = []
    found = next((key for key in keys if key.key_id == number), None)
    if found is None:
        raise UnknownKey(str(number))
    usable = (found.status, found.output_prefix_type, found.key_data.type_url)
    if usable != ("ENABLED", "TINK", KEY_TYPE):
        raise BadSignature("the key is not to be used")
    try:
        return _public_key(b64decode(found.key_data.value, validate=True))
    except ValueError:
        raise BadSignature("the key cannot be read") from None


def _public_key(value: bytes) -> EllipticCurvePublicKey:
    """Read ``EcdsaPublicKey``: 2 parameters, 3 x, 4 y; raises ``ValueError``."""
    parts = {number: part for number, part in _fields(value) if isinstance(part, bytes)}
    parameters, x, y = (parts.get(number, b"") for number in (2, 3, 4))
    if dict(_fields(parameters)) != PARAMETERS:
        raise ValueError("another kind of key")
    point = EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), SECP256R1()
    )
    return point.public_key()


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message that has only numbers (type 0) and bytes (type 2)."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value, at = _varint(message, at)
        if tag & 7 == 0:
            yield tag >> 3, value
        elif tag & 7 == 2 and at + value <= len(message):
            yield tag >> 3, message[at : at + value]
            at += value
        else:
            raise ValueError("not a message of this kind")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("a number is cut off")
