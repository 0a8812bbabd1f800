"""How steps become a score, as a computation, in words and as data. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

UNIT = "steps"


class Terms(Protocol):
    """What the rules need to know of a challenge; ``models.Challenge`` has all of it."""

    @property
    def starts_on(self) -> date:
        """First local day that counts."""

    @property
    def ends_on(self) -> date:
        """Last local day that counts."""

    @property
    def grace_hours(self) -> int:
        """Hours in which late steps still count."""

    @property
    def daily_cap(self) -> int | None:
        """Most steps of one local day that count, or None."""

    @property
    def manual_policy(self) -> str:
        """``count`` or ``exclude``: what becomes of steps typed by hand."""


@dataclass(frozen=True, slots=True)
class RuleData:
    """The rules for a program to read; ``conversions`` is empty because only steps count."""

    scoring: str
    daily_cap: int | None
    manual_policy: str
    conversions: tuple[str, ...]
    teams: str
    time_zone_rule: str
    grace_hours: int


def counted(steps: int, daily_cap: int | None) -> int:
    """Return how many of one local day's ``steps`` count: all, or the cap when there are more."""
    return steps if daily_cap is None else min(steps, daily_cap)


def in_window(day: date, terms: Terms) -> bool:
    """Return whether the local day belongs to the challenge."""
    return terms.starts_on <= day <= terms.ends_on


def counts_manual(terms: Terms) -> bool:
    """Return whether steps typed by hand take part."""
    return terms.manual_policy == "count"


def as_data(terms: Terms) -> RuleData:
    """Return the rules of a ``most_steps`` challenge as data."""
    return RuleData(
        scoring="sum_of_daily_steps",
        daily_cap=terms.daily_cap,
        manual_policy=terms.manual_policy,
        conversions=(),
        teams="sum_of_members",
        time_zone_rule="own_local_day",
        grace_hours=terms.grace_hours,
    )


def describe(terms: Terms) -> list[str]:
    """Return the rules as sentences for participants."""
    return [
        "Your score is the sum of your daily steps; the most steps win.",
        f"Days from {terms.starts_on} to {terms.ends_on} count, each in your own time zone.",
        _cap_in_words(terms.daily_cap),
        _manual_in_words(counted=counts_manual(terms)),
        "Only steps count; other activities are not converted into steps.",
        "A team's score is the sum of its members' scores.",
        f"Late steps count until {terms.grace_hours} hours after the last day ended everywhere.",
    ]


def _cap_in_words(daily_cap: int | None) -> str:
    if daily_cap is None:
        return "There is no daily maximum."
    return f"At most {daily_cap:,} steps of a day count."


def _manual_in_words(*, counted: bool) -> str:
    if counted:
        return "Steps typed in by hand count."
    return "Steps typed in by hand do not count."
