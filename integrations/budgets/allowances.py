"""How much of a provider's quotas a caller may use. Pure.

A quota counts calls in a sliding window, cut into ``SLOTS`` slots. The slot that has begun to slide
out still counts in full, so that no window of the provider ever holds more than its quota; the
price is up to a tenth of the throughput.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from integrations.contract import Quota, QuotaScope

SLOTS = 10
# What only somebody who waits may use of the quota of the whole application.
RESERVE = 0.2
# Without Redis nobody knows what the others do; each process takes this part of a quota.
LOCAL_SHARE = {QuotaScope.APP: 0.1, QuotaScope.ACCOUNT: 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """At most ``calls`` in a window of ``SLOTS`` slots of ``slot_ms`` milliseconds.

    ``quota_calls`` is what the provider publishes, which ``calls`` is a part of.
    """

    key: str
    scope: QuotaScope
    calls: int
    quota_calls: int
    slot_ms: int


def allowances(
    provider: str, quotas: Iterable[Quota], *, account: str, interactive: bool
) -> tuple[Allowance, ...]:
    """What may be used by a call for ``account``, or for none when it is empty."""
    return tuple(
        _allowance(provider, quota, account, interactive)
        for quota in quotas
        if account or quota.scope == QuotaScope.APP
    )


def local(allowance: Allowance) -> int:
    """The calls a process takes when it cannot ask how much the others have used."""
    return max(1, int(allowance.calls * LOCAL_SHARE[allowance.scope]))


def block_key(provider: str, account: str = "") -> str:
    """Where it stands until when the application, or one account, must not call."""
    return f"budget:{provider}:{account or 'app'}:until"


def refused_key(provider: str) -> str:
    """Where the accounts stand that were refused one after the other, with none served between."""
    return f"budget:{provider}:refused"


def _allowance(provider: str, quota: Quota, account: str, interactive: bool) -> Allowance:  # noqa: FBT001
    whose = "app" if quota.scope == QuotaScope.APP else account
    reserved = quota.scope == QuotaScope.APP and not interactive
    return Allowance(
        key=f"budget:{provider}:{whose}:{quota.seconds}",
        scope=quota.scope,
        calls=max(1, int(quota.calls * (1 - RESERVE))) if reserved else quota.calls,
        quota_calls=quota.calls,
        slot_ms=max(1, quota.seconds * 1000 // SLOTS),
    )
