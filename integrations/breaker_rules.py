"""When failures of many connections are one trouble of their provider. Pure.

What is looked at is the streak: the failures of a provider since its last success. One account may
fail in it as often as it likes; only different accounts count as evidence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from integrations.errors import (
    BadPayload,
    Held,
    HostVanished,
    NeedsReconnect,
    ProviderFailure,
    ProviderGone,
    RateLimited,
    Rejected,
    StrangePage,
    Transient,
)


class Trouble(StrEnum):
    """What kind of trouble a whole provider has.

    ``outage``: it does not answer properly. ``revocation``: it refuses everybody's consent.
    ``operator``: it refuses our application. ``gone``: it says that its interface has ended.
    """

    OUTAGE = "outage"
    REVOCATION = "revocation"
    OPERATOR = "operator"
    GONE = "gone"


class Word(StrEnum):
    """How one run's talk with a provider ended."""

    OK = "ok"
    OUTAGE = "outage"
    VANISHED = "vanished"
    REVOCATION = "revocation"
    OPERATOR = "operator"
    GONE = "gone"


REMEMBERED = 30
WINDOW = timedelta(minutes=10)
ENOUGH_ACCOUNTS = {
    Trouble.GONE: 3,
    Trouble.REVOCATION: 5,
    Trouble.OPERATOR: 5,
    Trouble.OUTAGE: 5,
}
# For how long nobody has to have been served, and how many talks have to have failed meanwhile. A
# provider that fails most calls still serves some people, and asking helps those; where few are
# asked, a longer time has to do.
UNSERVED_FOR = {
    Trouble.GONE: timedelta(seconds=60),
    Trouble.REVOCATION: timedelta(0),
    Trouble.OPERATOR: timedelta(seconds=15),
    Trouble.OUTAGE: timedelta(seconds=15),
}
ENOUGH_FAILURES = {
    Trouble.GONE: 40,
    Trouble.REVOCATION: 5,
    Trouble.OPERATOR: 40,
    Trouble.OUTAGE: 40,
}
UNSERVED_FOR_LONG = timedelta(minutes=5)
TROUBLE_OF = {
    Word.OUTAGE: Trouble.OUTAGE,
    Word.VANISHED: Trouble.OUTAGE,
    Word.REVOCATION: Trouble.REVOCATION,
    Word.OPERATOR: Trouble.OPERATOR,
    Word.GONE: Trouble.GONE,
}

# Probes that follow each other before the next rest: a provider that fails most calls passes one.
PROBES = 5
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=5)
# A host without an address or with a stranger's page for so long does not come back.
GONE_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a talk for ``account`` ended, and when (UTC)."""

    word: Word
    account: str
    at: datetime


def word_of(failure: ProviderFailure) -> Word | None:
    """What a failure says about its provider; None where it says nothing."""
    for kinds, word in _WORDS:
        if isinstance(failure, kinds):
            return word
    return None


_WORDS: tuple[tuple[tuple[type[ProviderFailure], ...], Word | None], ...] = (
    ((RateLimited, Held), None),
    ((HostVanished, StrangePage), Word.VANISHED),
    ((Transient, BadPayload), Word.OUTAGE),
    ((NeedsReconnect,), Word.REVOCATION),
    ((Rejected,), Word.OPERATOR),
    ((ProviderGone,), Word.GONE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Since when (UTC) nobody was served, and how many talks have failed in it."""

    since: datetime
    failures: int

    def is_long_enough(self, trouble: Trouble, now: datetime) -> bool:
        """Whether it may be trouble of the provider."""
        lasted = now - self.since
        often = self.failures >= ENOUGH_FAILURES[trouble]
        return lasted >= UNSERVED_FOR[trouble] and (often or lasted >= UNSERVED_FOR_LONG)


def tripped(newest_first: Iterable[Outcome], silence: Silence, *, now: datetime) -> Trouble | None:
    """The trouble that the latest outcomes amount to, or None. Most of them have to speak of it."""
    streak = _streak(newest_first, now)
    for trouble, enough in ENOUGH_ACCOUNTS.items():
        signs = [each.account for each in streak if TROUBLE_OF[each.word] == trouble]
        are_most = 2 * len(signs) >= len(streak)
        if len(set(signs)) >= enough and are_most and silence.is_long_enough(trouble, now):
            return trouble
    return None


def accounts_of(newest_first: Iterable[Outcome], trouble: Trouble, *, now: datetime) -> set[str]:
    """The accounts that a streak has hit with ``trouble``."""
    streak = _streak(newest_first, now)
    return {each.account for each in streak if TROUBLE_OF[each.word] == trouble}


def _streak(newest_first: Iterable[Outcome], now: datetime) -> list[Outcome]:
    """The failures since the last success; what is older than the window ends it, too."""
    streak: list[Outcome] = []
    for outcome in newest_first:
        if outcome.word == Word.OK or outcome.at < now - WINDOW:
            break
        streak.append(outcome)
    return streak


def rest(failed_probes: int) -> timedelta:
    """How long nobody asks after so many failed probes: from 30 s, doubling, to 5 minutes.

    Each time ``PROBES`` of them follow each other without a rest.
    """
    rounds, begun = divmod(failed_probes, PROBES)
    return timedelta(0) if begun else min(FIRST_REST * (1 << min(rounds, 10)), LONGEST_REST)


def has_gone(vanished_since: datetime | None, now: datetime) -> bool:
    """Whether a host has looked like somebody else's for so long that it is given up."""
    return vanished_since is not None and now - vanished_since >= GONE_AFTER
