"""Stepwell over HTTP, as a phone in somebody's hand uses it."""

import gzip
import json
import time
from typing import Any

import requests

TIMEOUT_SECONDS = 60
PATIENCE_SECONDS = 90


class Refused(Exception):
    """An unexpected answer; the message names the call and what came back."""


class Visitor:
    """One signed-in person (or one phone with its relay token) and the calls they make."""

    def __init__(self, *, base_url: str, token: str) -> None:
        self.base_url = base_url
        self.token = token
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: str) -> Any:
        """GET below ``/api/v1``; returns the JSON. Raises ``Refused``."""
        url = f"{self.base_url}/api/v1/{path}"
        return _read(self._session.get(url, params=query, timeout=TIMEOUT_SECONDS))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST JSON below ``/api/v1``; returns the JSON. Raises ``Refused``."""
        url = f"{self.base_url}/api/v1/{path}"
        return _read(self._session.post(url, json=body or {}, timeout=TIMEOUT_SECONDS))

    def upload(self, body: dict[str, Any]) -> Any:
        """Push a compressed ``relay/1`` body; returns the JSON. Raises ``Refused``."""
        return _read(
            self._session.post(
                f"{self.base_url}/api/v1/relay/uploads",
                data=gzip.compress(json.dumps(body).encode()),
                headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
                timeout=TIMEOUT_SECONDS,
            )
        )


def sign_in(*, base_url: str, email: str, password: str) -> Visitor:
    """Sign in by password; waits where too many sign in at once. Raises ``Refused``."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = requests.post(
            f"{base_url}/_allauth/app/v1/auth/login",
            json={"email": email, "password": password},
            timeout=TIMEOUT_SECONDS,
        )
        if answer.status_code != 429 or time.monotonic() > deadline:
            return Visitor(base_url=base_url, token=_read(answer)["meta"]["access_token"])
        time.sleep(2)


def _read(answer: requests.Response) -> Any:
    if not answer.ok:
        call = f"{answer.request.method} {answer.request.url}"
        raise Refused(f"{call}: {answer.status_code} {answer.text[:300]}")
    return answer.json()
