"""The closed vocabulary of provider failures, named by what happens next.

Providers only raise; the engine alone decides about waiting, retrying and telling people.
``cause`` is a stable code of the catalogue of causes, ``detail`` a redacted sentence for operators.
"""

from datetime import datetime

# Every call is refused although the token refreshes. The engine counts before it believes that only
# the person can mend it: providers have been seen to do this for a while.
DENIED_EVERYWHERE = "access_denied_everywhere"


class ProviderFailure(Exception):
    """Base of the vocabulary; never raised itself."""

    default_cause = "provider_outage"

    def __init__(self, detail: str, *, cause: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cause = cause or self.default_cause


class NeedsReconnect(ProviderFailure):
    """Only the person can mend it: consent withdrawn, scope missing, account not linked."""

    default_cause = "consent_revoked"


class RateLimited(ProviderFailure):
    """Asked too often. ``retry_at`` (UTC) is the provider's own word, or None when it gave none."""

    default_cause = "provider_rate_limited_user"

    def __init__(
        self, detail: str, *, retry_at: datetime | None = None, cause: str | None = None
    ) -> None:
        super().__init__(detail, cause=cause)
        self.retry_at = retry_at


class Transient(ProviderFailure):
    """It may work later by itself: 5xx, timeouts, connection failures."""


class Withheld(ProviderFailure):
    """The account gets nothing until the person has settled something with the provider.

    Consenting again would not help; it goes on by itself afterwards. It says nothing about other
    accounts.
    """

    default_cause = "provider_subscription_lapsed"


class Rejected(ProviderFailure):
    """Our request or our set-up was wrong: a bug or an operator's mistake, never the person's."""

    default_cause = "app_misconfigured"


class BadPayload(ProviderFailure):
    """The answer was not what the provider documents: HTML, cut, wrong types."""

    default_cause = "provider_outage"


class ProviderGone(ProviderFailure):
    """The interface has ended for good (410, retired)."""

    default_cause = "provider_retired"


class Unauthorized(NeedsReconnect):
    """The access token was refused (401): refresh once, ask once more, only then reconnect."""


class OutOfBudget(RateLimited):
    """Not asked, because it would exceed the provider's limits as we have counted them."""


class Held(Transient):
    """Not asked, or not believed, because the provider has trouble with everybody.

    ``retry_at`` (UTC) is when to try again; nothing is to be concluded about the connection.
    """

    def __init__(self, detail: str, *, retry_at: datetime, cause: str | None = None) -> None:
        super().__init__(detail, cause=cause)
        self.retry_at = retry_at


class HostVanished(Transient):
    """The host has no address any more, or shows a certificate that is not its own."""


class StrangePage(BadPayload):
    """A web page stands where the interface was: a landing page, or a proxy in between."""
