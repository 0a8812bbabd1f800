"""When to look again. Pure: random numbers and time are arguments.

The table of intervals in docs/operations.md says the same in words; change both together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.contract import Quota, QuotaScope

JITTER = 0.2
FIRST_BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(hours=6)
MANY_FAILURES = 20
# The local hours in which few people walk.
NIGHT = frozenset({23, 0, 1, 2, 3, 4, 5})
# Every local day has to see a poll: its first one reads 30 days.
LONGEST_INTERVAL = timedelta(hours=6)
# Whoever lets accounts be asked more often than this wants to watch them, day and night.
WATCHED = timedelta(minutes=1)
# A poll asks for days and hours; trackers and the zone come along now and then.
CALLS_PER_POLL = 2.2
# The rest of a provider's quota is left to taps, webhooks, new connections and repeats.
SHARE_OF_POLLING = 0.5

_RESTING, _ASLEEP, _RARE, _ABSENT = 2, 4, 4, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of a connection when its next poll is set.

    ``playing``: the person is in a challenge that is live or closing. ``hour`` is the local hour of
    their day, 0 to 23. ``unchanged`` is how long ago the data last changed, ``device_silent`` how
    long ago their latest tracker synced; None: not known. ``webhooks``: see ``webhooks_work``.
    """

    playing: bool
    hour: int
    unchanged: timedelta | None
    device_silent: timedelta | None
    webhooks: bool


def interval(base: timedelta, situation: Situation, *, floor: timedelta) -> timedelta:
    """Return how long to wait after a success: ``base`` times the largest factor that applies.

    ``floor`` is the shortest interval that the provider's quotas allow, see ``quota_floor``.
    """
    if base < WATCHED:
        return max(base, floor)
    longest = max(base, LONGEST_INTERVAL)
    return max(min(base * _factor(situation), longest), floor)


def _factor(situation: Situation) -> int:
    return max(
        _by_silence(situation.unchanged),
        _by_silence(situation.device_silent, rests=False),
        1 if situation.playing else _RARE,
        _ASLEEP if situation.hour in NIGHT else 1,
        _ABSENT if situation.webhooks else 1,
    )


def _by_silence(silence: timedelta | None, *, rests: bool = True) -> int:
    if silence is None:
        return 1
    if silence > timedelta(days=3):
        return _ABSENT
    if silence > timedelta(days=1):
        return _RARE
    return _RESTING if rests and silence > timedelta(hours=2) else 1


def webhooks_work(*, heard_at: datetime | None, missed_at: datetime | None) -> bool:
    """Whether the provider may be trusted to tell when something changes.

    Not before its first webhook for the account, and no longer once a poll has found changes that
    none had told (``missed_at``), until the next one comes.
    """
    return heard_at is not None and (missed_at is None or missed_at < heard_at)


def quota_floor(quotas: Iterable[Quota], *, accounts: int) -> timedelta:
    """Return the shortest interval between two polls of each of ``accounts`` of a provider."""
    floors = (_floor(quota, accounts) for quota in quotas)
    return max(floors, default=timedelta(0))


def _floor(quota: Quota, accounts: int) -> timedelta:
    sharing = accounts if quota.scope == QuotaScope.APP else 1
    calls_per_second = quota.calls * SHARE_OF_POLLING / quota.seconds
    return timedelta(seconds=sharing * CALLS_PER_POLL / calls_per_second)


def next_poll(now: datetime, wait: timedelta, chance: float) -> datetime:
    """Return the next due time after a success.

    ``chance`` in [0, 1) spreads accounts by up to ``JITTER`` of the interval either way.
    """
    return now + wait * (1 + JITTER * (2 * chance - 1))


def retry_after_failure(now: datetime, failures: int, usual: timedelta, chance: float) -> datetime:
    """Return the due time after the ``failures``-th failure in a row (1 is the first).

    Doubles from 30 s to the ``usual`` interval and stays there, so that a trouble which has passed
    costs nobody more than that; after ``MANY_FAILURES`` it doubles again, to 6 h. Half of it is
    left to ``chance`` so that accounts spread.
    """
    usual = min(max(usual, FIRST_BACKOFF), LONGEST_BACKOFF)
    early = FIRST_BACKOFF * (1 << min(max(failures, 1) - 1, 20))
    late = usual * (1 << min(max(failures - MANY_FAILURES, 0), 20))
    spread: timedelta = min(early, late, LONGEST_BACKOFF) * (0.5 + chance / 2)
    return now + spread
