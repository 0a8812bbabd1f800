"""Push through a gateway: one signed JSON request per device to ``PUSH_GATEWAY_URL``.

Apple's and Google's push services want keys of the app's maker, which stay with the gateway. It
answers 2xx when it took the message, 404 or 410 when the device is gone for good.
"""

import hmac
from hashlib import sha256

import msgspec
import requests
from django.conf import settings

from notifications.backends import Message, TryLater, Undeliverable
from notifications.models import PushAddress

TIMEOUT_SECONDS = (3.05, 10)
GONE = {404, 410}


def send(message: Message) -> None:
    """Send to every device of the person; done when one of them took it."""
    addresses = list(PushAddress.objects.filter(person=message.person))
    if not addresses:
        raise Undeliverable("no device is registered")
    taken = [_push(address, message) for address in addresses]
    if not any(taken):
        raise Undeliverable("no device is registered any more")


def _push(address: PushAddress, message: Message) -> bool:
    """Whether the gateway took it; a device that is gone is forgotten."""
    body = msgspec.json.encode(
        {
            "platform": address.platform,
            "address": address.address,
            "title": message.title,
            "body": message.texts[0].body,
            "link": message.link,
            "thread": message.thread,
        }
    )
    status = _post(body)
    if status in GONE:
        address.delete()
        return False
    if not 200 <= status < 300:
        raise TryLater(f"push gateway answered {status}")
    return True


def _post(body: bytes) -> int:
    signature = hmac.new(settings.PUSH_GATEWAY_SECRET.encode(), body, sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Stepwell-Signature": f"sha256={signature}"}
    try:
        answer = requests.post(
            settings.PUSH_GATEWAY_URL,
            data=body,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise TryLater(f"push gateway: {type(error).__name__}") from error
    return answer.status_code
