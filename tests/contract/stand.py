"""How a provider's stand-in is driven: what the contract kit asks of the files in ``stands``.

The stand-in itself is a room of the sandbox and is talked to over HTTP only: by our code as if it
were the provider, and by its stand through the sandbox's control API.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import requests

from demo.browser import press

CLIENT_ID, CLIENT_SECRET = "sandbox-client", "sandbox-secret"


class Trouble(StrEnum):
    """What goes wrong at the provider when steps are asked for (or, for pushes, are collected)."""

    REFUSED = "refused"
    REFUSED_ONCE = "refused_once"
    FORBIDDEN = "forbidden"
    SCOPE_GONE = "scope_gone"
    LIMITED = "limited"
    BROKEN = "broken"
    UNAVAILABLE = "unavailable"
    GONE = "gone"
    HTML = "html"
    EMPTY = "empty"
    CUT = "cut"
    MISTYPED = "mistyped"
    HUGE = "huge"
    RESET = "reset"
    TOKEN_DOWN = "token_down"
    CLIENT_REFUSED = "client_refused"


# Before these can show, the access token has to have run out.
AT_REFRESH = frozenset({Trouble.TOKEN_DOWN, Trouble.CLIENT_REFUSED})


@dataclass(frozen=True)
class Verdict:
    """What has to become of the run and of the connection. Steps are never lost whatever it is."""

    cause: str
    status: str = "active"


USUAL = {
    # Refreshed and refused all the same: believed only after it has happened several times.
    Trouble.REFUSED: Verdict("access_denied_everywhere"),
    Trouble.REFUSED_ONCE: Verdict(""),
    Trouble.FORBIDDEN: Verdict("app_misconfigured"),
    Trouble.SCOPE_GONE: Verdict("scope_missing", "needs_reconnect"),
    Trouble.LIMITED: Verdict("provider_rate_limited_user"),
    Trouble.BROKEN: Verdict("provider_outage"),
    Trouble.UNAVAILABLE: Verdict("provider_outage"),
    Trouble.GONE: Verdict("provider_retired", "retired"),
    Trouble.HTML: Verdict("provider_outage"),
    Trouble.EMPTY: Verdict("provider_outage"),
    Trouble.CUT: Verdict("provider_outage"),
    Trouble.MISTYPED: Verdict("provider_outage"),
    Trouble.HUGE: Verdict("provider_outage"),
    Trouble.RESET: Verdict("provider_outage"),
    Trouble.TOKEN_DOWN: Verdict("token_expired_temporary"),
    Trouble.CLIENT_REFUSED: Verdict("app_misconfigured"),
}


class Sandbox(Protocol):
    """The running sandbox."""

    url: str

    def control(self, method: str, path: str, **body: Any) -> Any:
        """Call ``/control/<path>``; an answer that is no success fails the test."""


class Stand(Protocol):
    """Drives one cloud's stand-in. ``email`` names an account there; ``day`` is a civil date."""

    slug: str
    # Whether a token that ran out is refreshed; where not, it needs the person again.
    refreshes: bool
    # What the person may untick on the consent page: ends of scopes, and none where all is fixed.
    required_scopes: tuple[str, ...]
    optional_scopes: tuple[str, ...]
    # Where this provider differs from ``USUAL``; a None cannot happen at this provider.
    verdicts: Mapping[Trouble, Verdict | None]
    # Where our server hears this provider's webhooks; set by the kit once it is known.
    webhook_url: str

    def settings(self) -> dict[str, str]:
        """The ``PROVIDER_<SLUG>_<KEY>`` values, with lower-case keys, that lead to the stand-in."""

    def open_account(self, email: str, *, timezone: str) -> None:
        """Make an account that holds no steps."""

    def consent(
        self, url: str, *, account: str, deny: bool = False, without: tuple[str, ...] = ()
    ) -> str:
        """Walk through the consent page; return the callback address, unopened."""

    def set_day(self, email: str, day: str, steps: int) -> None:
        """From now on the day's total is ``steps``; it replaces what was said before."""

    def forget_day(self, email: str, day: str) -> None:
        """From now on the provider says nothing about the day."""

    def delay(self, email: str, day: str, steps: int, *, until: str) -> None:
        """The day's total becomes ``steps`` at the instant ``until`` (RFC 3339), not before."""

    def expire(self, email: str) -> None:
        """The account's access tokens run out now."""

    def revoke(self, email: str) -> None:
        """The person takes the consent back at the provider."""

    def has_grant(self, email: str) -> bool:
        """Whether we still hold a consent of the account."""

    def trouble(self, kind: Trouble) -> None:
        """From now on this goes wrong with every call it can go wrong with."""

    def close(self) -> None:
        """From now on nothing of the provider answers, the token endpoint included."""

    def mend(self) -> None:
        """All is well again."""

    def deliver(self, email: str, days: tuple[str, ...], *, times: int = 1) -> list[int]:
        """Let the provider send its webhook about these days, ``times`` times the same delivery.

        Returns the status codes of our answers. Providers without webhooks send none.
        """

    def forge(self, email: str, days: tuple[str, ...]) -> list[int]:
        """The same delivery with a wrong signature; returns the status codes of our answers."""


# The faults of the sandbox's control API that make each trouble at a data endpoint.
FAULTS = {
    Trouble.REFUSED: {"kind": "401"},
    Trouble.REFUSED_ONCE: {"kind": "401", "times": 1},
    Trouble.FORBIDDEN: {"kind": "403_service_disabled"},
    Trouble.SCOPE_GONE: {"kind": "403_scope"},
    Trouble.LIMITED: {"kind": "429"},
    Trouble.BROKEN: {"kind": "500"},
    Trouble.UNAVAILABLE: {"kind": "503"},
    Trouble.GONE: {"kind": "410"},
    Trouble.HTML: {"kind": "html_200"},
    Trouble.EMPTY: {"kind": "empty_body"},
    Trouble.CUT: {"kind": "cut_body"},
    Trouble.MISTYPED: {"kind": "wrong_types"},
    Trouble.HUGE: {"kind": "huge_numbers"},
    Trouble.RESET: {"kind": "connection_reset"},
    Trouble.TOKEN_DOWN: {"kind": "503", "target": "token"},
    Trouble.CLIENT_REFUSED: {"kind": "invalid_client", "target": "token"},
}


@dataclass
class RoomStand:
    """A stand for rooms that use the sandbox's people, steps, faults and consent page as they are.

    A provider's own stand inherits from it and says what differs.
    """

    sandbox: Sandbox
    slug: str = ""
    segment: str = ""
    data_target: str = "api"
    refreshes: bool = True
    required_scopes: tuple[str, ...] = ()
    optional_scopes: tuple[str, ...] = ()
    verdicts: Mapping[Trouble, Verdict | None] = field(default_factory=dict)
    webhook_url: str = ""

    @property
    def room(self) -> str:
        return f"{self.sandbox.url}/{self.segment}"

    def settings(self) -> dict[str, str]:
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "api_url": self.room,
            "authorize_url": f"{self.room}/oauth/authorize",
            "token_url": f"{self.room}/oauth/token",
            "revoke_url": f"{self.room}/oauth/revoke",
        }

    def open_account(self, email, *, timezone):
        self.sandbox.control("POST", "people", email=email, timezone=timezone)

    def consent(self, url, *, account, deny=False, without=()):
        with requests.Session() as browser:
            return press(browser, url, account=account, deny=deny, untick=without)

    def set_day(self, email, day, steps):
        self.sandbox.control("POST", f"people/{email}/steps", date=day, total=steps)

    def forget_day(self, email, day):
        self.sandbox.control("DELETE", f"people/{email}/steps?date={day}")

    def delay(self, email, day, steps, *, until):
        self.sandbox.control(
            "POST", f"people/{email}/late", date=day, total=steps, visible_at=until
        )

    def expire(self, email):
        self.sandbox.control("POST", f"people/{email}/expire-tokens", room=self.segment)

    def revoke(self, email):
        self.sandbox.control("POST", f"people/{email}/revoke", room=self.segment)

    def has_grant(self, email):
        shown = self.sandbox.control("GET", f"people/{email}?room={self.segment}")
        return bool(shown["now"]["grants"])

    def trouble(self, kind):
        fault = {"room": self.segment, "target": self.data_target} | FAULTS[kind]
        self.sandbox.control("PUT", "faults", **fault)

    def close(self):
        self.sandbox.control("PUT", "faults", room=self.segment, kind="connection_reset")

    def mend(self):
        self.sandbox.control("DELETE", "faults")

    def deliver(self, email, days, *, times=1):
        return []

    def forge(self, email, days):
        return []

    def post(self, email, days, *, tail="", **how):
        """Have the room post its webhook, where it has the control ``post``; what we answered."""
        message = {"email": email, "url": f"{self.webhook_url}{tail}", "days": list(days)}
        room = f"rooms/{self.segment}/post"
        return self.sandbox.control("POST", room, **message, **how)["statuses"]
