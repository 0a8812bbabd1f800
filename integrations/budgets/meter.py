"""The meter of an ``HttpClient``: spends before each call and learns from each answer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
MOST_AT_ONCE = 4
CAUSES = {
    QuotaScope.APP: "provider_rate_limited_app",
    QuotaScope.ACCOUNT: "provider_rate_limited_user",
}


# How many calls the last talk took, by provider and whether somebody waited.
_last_talk: dict[tuple[str, bool], int] = {}


class AccountMeter:
    """Counts the calls of one talk with a provider, for one account or (empty) for none yet.

    ``interactive``: somebody waits, so the reserve of the application's quota may be used. Within
    ``talk`` calls are counted before they are made, as many at once as the last talk took; what was
    counted in a slot that is over is counted anew.
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
        self._kind = (provider, interactive)
        self._at_once = 1
        self._made = 0
        self._ahead = 0
        self._counted_at = self._began

    @contextmanager
    def talk(self) -> Iterator[None]:
        """Count calls at once, and give back at the end what was counted and not made."""
        self._at_once = _last_talk.get(self._kind, 1)
        try:
            yield
        finally:
            self._give_back()
            _last_talk[self._kind] = max(1, min(self._made, MOST_AT_ONCE))

    def spend(self) -> None:
        """Count a call; raises ``OutOfBudget``, or ``Transient`` when the talk is too long.

        Threads cannot be stopped from outside, so the end of a talk is seen to here.
        """
        now = self._clock()
        if now - self._began > LONGEST_TALK:
            raise Transient("the talk took too long")
        if self._ahead and not ledger.same_slots(self._wanted, self._counted_at, now):
            self._give_back()
        if not self._ahead:
            self._count(now)
        self._ahead -= 1
        self._made += 1
        self._called_at = monotonic()

    def _count(self, now: datetime) -> None:
        calls = max(1, self._at_once - self._made)
        answer = ledger.spend(self._provider, self._account, self._wanted, now=now, calls=calls)
        if isinstance(answer, ledger.Refusal):
            tallies.count("refused_by_budget", self._provider, answer.scope)
            raise OutOfBudget(
                f"no calls left for the {answer.scope}",
                retry_at=answer.retry_at,
                cause=CAUSES[answer.scope],
            )
        self._ahead, self._counted_at = answer, now

    def _give_back(self) -> None:
        if self._ahead:
            ledger.give_back(self._wanted, calls=self._ahead, counted_at=self._counted_at)
            self._ahead = 0

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
            ledger.learn(quota, used=told.used + self._ahead, now=now)
        elif told.is_spent and told.reset_at and self._account:
            ledger.block(self._provider, self._account, until=told.reset_at, now=now)

    def _quota_of(self, limit: int) -> Allowance | None:
        return next((each for each in self._wanted if each.quota_calls == limit), None)
