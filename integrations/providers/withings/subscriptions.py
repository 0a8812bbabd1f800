"""Subscribes an account to notices, and ends a grant with a request that we sign.

Signed requests carry a nonce that Withings gives out for half an hour, and an HMAC-SHA256 with the
client secret over the values of ``action``, ``client_id`` and the nonce (or the time, when asking
for one), joined by commas. Source: developer.withings.com, "sign your requests" and ``notify``.
"""

import hmac
from hashlib import sha256

from integrations.contract import ProviderConfig
from integrations.errors import BadPayload, Rejected
from integrations.http import HttpClient
from integrations.providers.withings.failures import opened
from integrations.providers.withings.notices import ACCOUNT, ACTIVITY

NOTIFY, OAUTH, SIGNATURE = "/notify", "/v2/oauth2", "/v2/signature"


def subscribe(http: HttpClient, address: str) -> None:
    """Have changes of the activity posted to ``address``, and events of the account if possible.

    What is subscribed already is left alone.
    """
    if not _is_subscribed(http, ACTIVITY, address):
        _subscribe(http, ACTIVITY, address)
    try:
        if not _is_subscribed(http, ACCOUNT, address):
            _subscribe(http, ACCOUNT, address)
    except Rejected:  # a withdrawn consent is found out by the next reading all the same
        return


def _is_subscribed(http: HttpClient, appli: str, address: str) -> bool:
    asked = {"action": "list", "appli": appli}
    profiles = opened(http.form(NOTIFY, asked), "list of notify").get("profiles", [])
    if not isinstance(profiles, list):
        raise BadPayload("notify lists no profiles")
    return any(isinstance(each, dict) and each.get("callbackurl") == address for each in profiles)


def _subscribe(http: HttpClient, appli: str, address: str) -> None:
    asked = {"action": "subscribe", "callbackurl": address, "appli": appli}
    opened(http.form(NOTIFY, asked), "subscribe of notify")


def revoke(http: HttpClient, config: ProviderConfig, account_id: str) -> None:
    """End the grant of an account, its tokens and its subscriptions."""
    asked = _signed(config, "revoke", "nonce", _nonce(http, config))
    opened(http.form(OAUTH, asked | {"userid": account_id}), "revoke")


def _nonce(http: HttpClient, config: ProviderConfig) -> str:
    now = str(int(http.now().timestamp()))
    asked = _signed(config, "getnonce", "timestamp", now)
    nonce = opened(http.form(SIGNATURE, asked), "getnonce").get("nonce")
    if not isinstance(nonce, str):
        raise BadPayload("there is no nonce")
    return nonce


def _signed(config: ProviderConfig, action: str, last: str, value: str) -> dict[str, str]:
    said = f"{action},{config.client_id},{value}".encode()
    signature = hmac.new(config.client_secret.encode(), said, sha256).hexdigest()
    return {
        "action": action,
        "client_id": config.client_id,
        last: value,
        "signature": signature,
    }
