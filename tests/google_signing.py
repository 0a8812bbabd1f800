"""Signs webhooks as Google does, with keys of our own, and publishes the keyset."""

import json
from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PARAMETERS = bytes.fromhex("080310021802")
KEY_TYPE = "type.googleapis.com/google.crypto.tink.EcdsaPublicKey"
SECRET = "Bearer 3f1c-a-secret-of-the-tests"
ACCOUNT = "7700112233445566778"


class SigningKey:
    """One key of Google's keyset."""

    def __init__(self, number=1_234_567_890, status="ENABLED", prefix="TINK", type_url=KEY_TYPE):
        self.number, self.status, self.prefix, self.type_url = number, status, prefix, type_url
        self._key = ec.generate_private_key(ec.SECP256R1())

    def sign(self, body, number=None):
        """The header's value for ``body``."""
        der = self._key.sign(body, ec.ECDSA(SHA256()))
        prefix = b"\x01" + (self.number if number is None else number).to_bytes(4, "big")
        return b64encode(prefix + der).decode()

    def published(self, parameters=PARAMETERS):
        point = self._key.public_key().public_numbers()
        parts = {2: parameters, 3: point.x.to_bytes(33, "big"), 4: point.y.to_bytes(33, "big")}
        value = b"".join(
            bytes([number << 3 | 2, len(part)]) + part for number, part in parts.items()
        )
        return {
            "keyId": self.number,
            "status": self.status,
            "outputPrefixType": self.prefix,
            "keyData": {
                "typeUrl": self.type_url,
                "value": b64encode(value).decode(),
                "keyMaterialType": "ASYMMETRIC_PUBLIC",
            },
        }


def keyset(*keys):
    return json.dumps(
        {"primaryKeyId": keys[0].number, "key": [key.published() for key in keys]}
    ).encode()


def civil(day, **clock):
    return {"date": {"year": day.year, "month": day.month, "day": day.day}, "time": clock}


def entry(*days, account=ACCOUNT, operation="UPSERT", name="0b0e7a52", data_type="steps"):
    """One notification about the given civil days."""
    intervals = [
        {
            "civilDateTimeInterval": {
                "startDateTime": civil(day, hours=8),
                "endDateTime": civil(day, hours=8, minutes=15),
            }
        }
        for day in days
    ]
    data = {
        "version": "1",
        "clientProvidedSubscriptionName": name,
        "healthUserId": account,
        "operation": operation,
        "dataType": data_type,
        "intervals": intervals,
    }
    return {"data": data}


def written(*entries):
    return json.dumps(list(entries)).encode()
