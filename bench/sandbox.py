"""The stand-in provider's control API, spoken over HTTP; its code is never imported."""

import json
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

from devstack.failures import DevstackError
from devstack.ports import LOOPBACK


class SandboxControl:
    """Makes accounts, gives consent in their name, slows the provider down, counts its calls."""

    def __init__(self, port: int) -> None:
        self._port = port

    def add(self, emails: Sequence[str]) -> None:
        """Make accounts in Berlin."""
        people = [{"email": email, "timezone": "Europe/Berlin"} for email in emails]
        self._call("POST", "people", {"people": people})

    def consent(self, email: str) -> dict[str, Any]:
        """Return the token answer of a consent to everything."""
        answer: dict[str, Any] = self._call("POST", f"people/{email}/consent", {})
        return answer

    def walk(self, email: str, day: str, total: int) -> None:
        """Let a local day hold `total` steps from now on."""
        self._call("POST", f"people/{email}/steps", {"date": day, "total": total})

    def truth(self, email: str) -> dict[str, int]:
        """Return what the days of an account hold, by date; days without data are left out."""
        days: dict[str, int] = self._call("GET", f"people/{email}/truth")["days"]
        return days

    def arm(self, fault: dict[str, Any]) -> None:
        """Let a kind of failure befall calls from now on."""
        self._call("PUT", "faults", fault)

    def disarm(self) -> None:
        """Let all calls succeed again."""
        self._call("DELETE", "faults")

    def answer_after(self, seconds: float) -> None:
        """Let every call of the API wait before it is answered."""
        self.disarm()
        self.arm({"kind": "latency", "target": "api", "seconds": seconds})

    def forget_calls(self) -> None:
        """Start counting anew."""
        self._call("DELETE", "counters")

    def calls_of(self, email: str) -> int:
        """Return how many calls were made on behalf of an account."""
        return sum(self._call("GET", "counters")["people"].get(email, {}).values())

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        with closing(HTTPConnection(LOOPBACK, self._port, timeout=60)) as connection:
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/control/{path}", text)
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= 300:
            raise DevstackError(f"sandbox: {method} {path}: {answer.status} {content[:200]!r}")
        return json.loads(content) if content else None
