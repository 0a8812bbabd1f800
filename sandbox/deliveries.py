"""Posts what a provider tells its applications by itself: notices to their webhooks."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message to one address, sent again after each pause (seconds) until it is taken."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 15.0
    pauses: tuple[float, ...] = ()


def deliver(delivery: Delivery) -> int:
    """Send it now; returns the status of the answer, 0 for none.

    When it was not taken (no 2xx), it is sent again in the background.
    """
    status = _post(delivery)
    if not 200 <= status < 300 and delivery.pauses:
        threading.Thread(target=_again, args=(delivery,), daemon=True).start()
    return status


def _again(delivery: Delivery) -> None:
    for pause in delivery.pauses:
        time.sleep(pause)
        if 200 <= _post(delivery) < 300:
            return


def _post(delivery: Delivery) -> int:
    try:
        answer = requests.post(
            delivery.url,
            data=delivery.body,
            headers=dict(delivery.headers),
            timeout=delivery.seconds,
            allow_redirects=False,
        )
    except requests.RequestException:
        return 0
    return answer.status_code
