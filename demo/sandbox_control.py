"""The sandbox providers' control API, by HTTP alone: the sandbox's code is never imported."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import requests

TIMEOUT_SECONDS = 30


class SandboxControl:
    """Makes accounts in the sandbox and lets things happen to them."""

    def __init__(self, url: str) -> None:
        self._url = f"{url.rstrip('/')}/control"
        self._session = requests.Session()

    def emails(self) -> set[str]:
        """Return the addresses of the accounts there are."""
        return {person["email"] for person in self._call("GET", "people")["people"]}

    def add(self, people: Sequence[dict[str, Any]]) -> None:
        """Make accounts, all or none."""
        self._call("POST", "people", {"people": list(people)})

    def change(self, email: str, **fields: Any) -> None:
        """Merge ``fields`` into an account."""
        self._call("PATCH", f"people/{email}", fields)

    def revoke(self, email: str) -> None:
        """Let the person take the permission back in their account, not in Stepwell."""
        self._call("POST", f"people/{email}/revoke")

    def tell_of_changes(self, *, url: str, secret: str) -> None:
        """Have the stand-in call ``url``, and nobody else, whenever steps change."""
        self._call("DELETE", "rooms/google/subscribers")
        self._call("POST", "rooms/google/subscribers", {"url": url, "secret": secret})

    def push(self, email: str, *, url: str, days: Iterable[date]) -> None:
        """Have the stand-in for Garmin send ``url`` the person's days."""
        body = {"email": email, "url": url, "kind": "push", "days": [str(day) for day in days]}
        self._call("POST", "rooms/garmin/post", body)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Raise ``requests.RequestException`` for anything but success."""
        answer = self._session.request(
            method, f"{self._url}/{path}", json=body, timeout=TIMEOUT_SECONDS
        )
        answer.raise_for_status()
        return answer.json()
