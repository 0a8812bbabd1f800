"""The meter of an ``HttpClient``: spends before each call and learns from each answer."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic

from integrations import tallies
from integrations.budgets import answers, ledger
from integrations.budgets.allowances import Allowance, allowances
from integrations.contract import Quota, QuotaScope
from integrations.errors import OutOfBudget, RateLimited, Transient

# With one more call (integrations.http.Limits) and two refreshes this stays below the time after
# which the queue would hand the task to a second worker.
LONGEST_TALK = timedelta(seconds=120)
USUAL_REST = timedelta(minutes=1)
CAUSES = {
    QuotaScope.APP: "provider_rate_limited_app",
    QuotaScope.ACCOUNT: "provider_rate_limited_user",
}


class AccountMeter:
    """Counts the calls of one talk with a provider, for one account or (empty) for none yet.

    ``interactive``: somebody waits, so the reserve of the application's quota may be used.
    """

    def __init__(
        self,
        provider: str,
        quotas: tuple[Quota, ...],
        *,
        account: str,
        interactive: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self._provider = provider
        self._account = account
        self._clock = clock
        self._wanted = allowances(provider, quotas, account=account, interactive=interactive)
        self._began = clock()
        self._called_at = monotonic()
        self._reset_at: datetime | None = None

    def spend(self) -> None:
        """Count a call; raises ``OutOfBudget``, or ``Transient`` when the talk is too long.

        Threads cannot be stopped from outside, so the end of a talk is seen to here.
        """
        now = self._clock()
        if now - self._began > LONGEST_TALK:
            raise Transient("the talk took too long")
        refusal = ledger.spend(self._provider, self._account, self._wanted, now=now)
        if refusal is not None:
            tallies.count("refused_by_budget", self._provider, refusal.scope)
            raise OutOfBudget(
                f"no calls left for the {refusal.scope}",
                retry_at=refusal.retry_at,
                cause=CAUSES[refusal.scope],
            )
        self._called_at = monotonic()

    def learn(self, status: int, headers: Mapping[str, str]) -> None:
        """Take over what an answer tells about limits."""
        tallies.called(self._provider, status, monotonic() - self._called_at)
        now = self._clock()
        self._reset_at = answers.reset_at(headers, now)
        for told in answers.read(headers, now):
            self._believe(told, now)

    def refused(self, failure: RateLimited) -> RateLimited:
        """Let everybody wait for as long as the provider said, or said in its headers.

        An account whose wait it did not name rests as the caller thinks fit; the whole application
        rests for a minute.
        """
        now = self._clock()
        whole = failure.cause == CAUSES[QuotaScope.APP]
        until = failure.retry_at or self._reset_at
        rest = until or (now + USUAL_REST if whole else now)
        ledger.block(self._provider, "" if whole else self._account, until=rest, now=now)
        return RateLimited(failure.detail, retry_at=until, cause=failure.cause)

    def _believe(self, told: answers.Told, now: datetime) -> None:
        """A limit of a published size is that quota; any other one is taken as the account's."""
        quota = self._quota_of(told.limit)
        if quota is not None:
            ledger.learn(quota, used=told.used, now=now)
        elif told.is_spent and told.reset_at and self._account:
            ledger.block(self._provider, self._account, until=told.reset_at, now=now)

    def _quota_of(self, limit: int) -> Allowance | None:
        return next((each for each in self._wanted if each.quota_calls == limit), None)
