"""Messages of Amazon SNS and the proof that Amazon sent them.

The signature covers named members in a fixed order, each as its name, a newline, its value and a
newline; version 1 hashes with SHA-1, version 2 with SHA-256. Source: docs.aws.amazon.com/sns,
"verifying the signatures of messages".
"""

import binascii
from base64 import b64decode
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import Certificate, load_pem_x509_certificate
from msgspec import Struct, field

from integrations.abilities import PublicDocuments, WebhookRefused
from integrations.errors import BadPayload
from integrations.providers.misfit import addresses

# The vendor's topic is from the time of version 1; what SHA-1 is too weak for (finding two messages
# of one hash) is of no use to somebody who cannot make Amazon sign either of them.
HASHES: dict[str, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
SIGNED["UnsubscribeConfirmation"] = SIGNED["SubscriptionConfirmation"]


class Message(Struct):
    """A message as SNS posts it. What is absent is empty, but for ``Subject``, which is None."""

    type: str = field(name="Type")
    message: str = field(name="Message", default="")
    message_id: str = field(name="MessageId", default="")
    topic_arn: str = field(name="TopicArn", default="")
    timestamp: str = field(name="Timestamp", default="")
    subject: str | None = field(name="Subject", default=None)
    token: str = field(name="Token", default="")
    subscribe_url: str = field(name="SubscribeURL", default="")
    signature: str = field(name="Signature", default="")
    signature_version: str = field(name="SignatureVersion", default="")
    signing_cert_url: str = field(name="SigningCertURL", default="")


NAMES = {
    "Message": "message",
    "MessageId": "message_id",
    "Subject": "subject",
    "SubscribeURL": "subscribe_url",
    "Timestamp": "timestamp",
    "Token": "token",
    "TopicArn": "topic_arn",
    "Type": "type",
}


def verify(message: Message, documents: PublicDocuments, *, trusted: str, now: datetime) -> None:
    """Raise ``WebhookRefused`` unless Amazon signed this message (see ``addresses``)."""
    address = addresses.of_certificate(message.signing_cert_url, trusted)
    algorithm = HASHES.get(message.signature_version)
    if algorithm is None:
        raise WebhookRefused("unknown_signature_version", 403)
    key = _key(documents.read(address), now)
    try:
        signature = b64decode(message.signature, validate=True)
        key.verify(signature, string_to_sign(message), PKCS1v15(), algorithm())
    except (binascii.Error, ValueError, InvalidSignature):
        raise WebhookRefused("wrong_signature", 403) from None


def string_to_sign(message: Message) -> bytes:
    """What the signature covers; a subject only where there is one."""
    values = ((name, getattr(message, NAMES[name])) for name in SIGNED[message.type])
    told = (f"{name}\n{value}\n" for name, value in values if value is not None)
    return "".join(told).encode("utf-8", "surrogatepass")


def _key(pem: bytes, now: datetime) -> RSAPublicKey:
    """The key of a certificate that is valid now; raises ``BadPayload``: it is not the sender's."""
    certificate = _certificate(pem)
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise BadPayload("the certificate is not for RSA")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise BadPayload("the certificate is not valid at this time")
    return key


def _certificate(pem: bytes) -> Certificate:
    try:
        return load_pem_x509_certificate(pem)
    except ValueError:
        raise BadPayload("there is no certificate") from None
