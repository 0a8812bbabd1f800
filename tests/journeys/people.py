"""People of the journeys: what they do with their phone, and with their account elsewhere."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import requests

from demo.browser import consent, outcome
from tests.journeys.seed import PASSWORD

TIMEOUT = 30


def noon_zone() -> str:
    """Return a zone where it is about noon now, so that no test straddles midnight."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


def eventually(look, *, seconds: float = 10.0, every: float = 0.1):
    """Return the first true value of ``look()``; fail with the last one when none comes."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s, last: {seen!r}"
        time.sleep(every)
    return seen


class Sandbox:
    """The control API of the stand-in provider."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/control"
        self.http = requests.Session()

    def call(self, method: str, path: str, **body):
        answer = self.http.request(method, f"{self.url}/{path}", json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def calls_of(self, email: str) -> dict[str, int]:
        """Count the provider requests made for somebody, by endpoint."""
        return self.call("GET", "counters")["people"].get(email, {})


class Google:
    """One account at the stand-in provider."""

    def __init__(self, sandbox: Sandbox, email: str, zone: str) -> None:
        self.sandbox, self.email = sandbox, email
        sandbox.call("POST", "people", email=email, timezone=zone)

    def walk(self, day, **steps: int) -> None:
        """Script a day: ``total=`` sets it, ``add=`` comes on top."""
        self.sandbox.call("POST", f"people/{self.email}/steps", date=day.isoformat(), **steps)

    def truth(self) -> dict[str, int]:
        return self.sandbox.call("GET", f"people/{self.email}/truth")["days"]

    def revoke(self) -> None:
        self.sandbox.call("POST", f"people/{self.email}/revoke")

    def expire(self) -> None:
        self.sandbox.call("POST", f"people/{self.email}/expire-tokens")

    def has_no_live_grant(self) -> bool:
        return not self.sandbox.call("GET", f"people/{self.email}")["now"]["grants"]

    def calls(self, endpoint: str) -> int:
        return self.sandbox.calls_of(self.email).get(endpoint, 0)


class Walker:
    """A signed-in person; calls return the plain answers."""

    def __init__(self, base_url: str, email: str, zone: str) -> None:
        self.base_url, self.email, self.zone = base_url, email, zone
        self.http = requests.Session()
        self.token = eventually(self._sign_in)
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def _sign_in(self) -> str | None:
        """The token, or None while the server asks to be tried again (503)."""
        answer = self.http.post(
            f"{self.base_url}/_allauth/app/v1/auth/login",
            json={"email": self.email, "password": PASSWORD},
            timeout=TIMEOUT,
        )
        return None if answer.status_code == 503 else answer.json()["meta"]["access_token"]

    def ask(self, method: str, path: str, **options) -> requests.Response:
        url = path if path.startswith("http") else f"{self.base_url}/api/v1/{path}"
        return self.http.request(method, url, timeout=TIMEOUT, **options)

    def get(self, path: str, **query):
        answer = self.ask("GET", path, params=query)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body):
        answer = self.ask("POST", path, json=body)
        answer.raise_for_status()
        return answer.json()

    @property
    def today(self):
        return datetime.now(ZoneInfo(self.zone)).date()

    def day(self, ago: int):
        return self.today - timedelta(days=ago)

    # the Fitbit journey

    def connect(self, account: str, *, via: str = "connections", **wishes) -> str:
        """Walk through the consent page; return ``connected`` or the error code."""
        body = {"provider": "fitbit"} if via == "connections" else {}
        url = self.post(via, **body)["authorization_url"]
        return outcome(consent(url, account=account, **wishes))

    def connection(self, provider: str = "fitbit"):
        rows = [c for c in self.get("connections")["results"] if c["provider"] == provider]
        return rows[0] if rows else None

    def disconnect(self):
        return self.post(f"connections/{self.connection()['id']}/disconnect")

    def tap(self):
        return self.post("sync-requests")

    def follow(self, request, *, seconds: float = 10.0):
        """Follow a tap to its end."""

        def ended():
            seen = self.get(f"sync-requests/{request['id']}")
            return seen if seen["status"] != "running" else None

        return eventually(ended, seconds=seconds)

    # numbers

    def steps(self) -> dict[str, int]:
        """Return the known days."""
        days = self.get("steps")["results"]
        return {day["date"]: day["steps"] for day in days if day["steps"] is not None}

    def join(self, challenge: dict[str, str]) -> None:
        self.post(f"challenges/{quote(challenge['id'])}/join", team_id=challenge["team"])

    def board(self, challenge: dict[str, str], board: str = "people"):
        path = f"challenges/{challenge['id']}/leaderboard"
        return self.get(path, board=board, view="around_me")

    def score(self, challenge: dict[str, str]) -> int:
        return self.board(challenge)["me"]["score"]


class Phone:
    """A relay installation: pushes what it has counted."""

    def __init__(self, walker: Walker) -> None:
        answer = walker.post("connections", provider="healthkit")
        self.url, self.token = answer["upload_url"], answer["relay_token"]
        self.owner, self.zone = walker, walker.zone
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def push(self, **body) -> requests.Response:
        return self.http.post(self.url, json=self.body(**body), timeout=TIMEOUT)

    def body(self, **parts):
        sent = datetime.now(UTC).isoformat()
        return {"schema": "relay/1", "sent_at": sent, "time_zone": self.zone, **parts}
