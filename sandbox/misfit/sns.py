"""Amazon's notification service in front of Misfit: signed messages to the hook of an application.

The key lives as long as the process; the certificate's address changes with it, as Amazon's does.
"""

import base64
import secrets
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from werkzeug.wrappers import Request, Response

from sandbox.world import World

TOPIC = "arn:aws:sns:us-east-1:111122223333:resource-example"
CONFIRMED = "misfit confirmed"
NOTIFICATION_MEMBERS = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION_MEMBERS = (
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)


@cache
def _key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _pem() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(_key(), SHA256())
    )
    return made.public_bytes(Encoding.PEM)


@cache
def certificate_name() -> str:
    """The file name of the certificate in force."""
    digest = x509.load_pem_x509_certificate(_pem()).fingerprint(SHA256()).hex()
    return f"SimpleNotificationService-{digest[:32]}.pem"


def certificate(world: World) -> Response:
    """GET the certificate."""
    del world
    return Response(_pem(), mimetype="application/x-pem-file")


def sign(message: dict[str, Any], version: str) -> str:
    """The signature over a message, in base64; version 1 hashes with SHA-1, 2 with SHA-256."""
    notification = message["Type"] == "Notification"
    members = NOTIFICATION_MEMBERS if notification else CONFIRMATION_MEMBERS
    text = "".join(f"{name}\n{message[name]}\n" for name in members if name in message)
    algorithm = SHA256() if version == "2" else SHA1()  # noqa: S303  # version 1 is SHA-1
    return base64.b64encode(_key().sign(text.encode(), PKCS1v15(), algorithm)).decode()


def envelope(kind: str, *, topic: str, message: str, at: datetime) -> dict[str, Any]:
    """What every message has, unsigned."""
    return {
        "Type": kind,
        "MessageId": f"{secrets.token_hex(4)}-0000-4000-8000-{secrets.token_hex(6)}",
        "TopicArn": topic,
        "Message": message,
        "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z",
    }


def confirmed(world: World, request: Request) -> Response:
    """GET of a confirmation address: remembers the token it was visited with."""
    token = request.args.get("Token") or request.args.get("verify_token") or ""
    tokens = confirmations(world)
    world.store.save_document(CONFIRMED, msgspec.json.encode([*tokens, token]).decode())
    return Response("<ConfirmSubscriptionResponse/>", mimetype="text/xml")


def confirmations(world: World) -> list[str]:
    """The tokens that were confirmed, oldest first."""
    doc = world.store.document(CONFIRMED)
    return msgspec.json.decode(doc, type=list[str]) if doc else []
