"""The rules of a challenge, in words and as data. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from challenges import team_rules
from challenges.conversions import TABLES, Rate, words_of
from challenges.kind import Frame
from challenges.kind_registry import kind_of
from challenges.phases import OPEN_END
from challenges.worth import DayTerms


class Terms(DayTerms, Protocol):
    """What the rules need to know of a challenge; ``models.Challenge`` has all of it."""

    @property
    def kind(self) -> str:
        """Slug of the kind."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Parameters of the kind."""

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
    def zone_rule(self) -> str:
        """``own_days`` or ``organization``."""

    @property
    def providers(self) -> Sequence[str]:
        """Slugs of the providers that count; empty for all."""

    @property
    def late_joiners(self) -> str:
        """``from_start`` or ``from_joining``."""

    @property
    def conversions(self) -> str:
        """Name of a table of conversions, or empty."""

    @property
    def team_rules(self) -> Mapping[str, Any]:
        """Rules for teams."""


@dataclass(frozen=True, slots=True)
class RuleData:
    """The rules for a program to read; steps per local day where nothing else is said."""

    kind: str
    scoring: str
    settings: dict[str, Any]
    starts_on: date
    ends_on: date | None
    daily_cap: int | None
    minimum_day: int
    manual_policy: str
    manual_limit: int | None
    providers: tuple[str, ...]
    late_joiners: str
    conversions: tuple[Rate, ...]
    conversion_table: str | None
    teams: str
    team_rules: dict[str, Any]
    time_zone_rule: str
    grace_hours: int


def in_window(day: date, terms: Terms) -> bool:
    """Return whether the local day belongs to the challenge."""
    return terms.starts_on <= day <= terms.ends_on


def frame_of(terms: Terms, rounds_won: int = 0) -> Frame:
    """Return what a kind needs to know beside the days."""
    return Frame(terms.starts_on, terms.ends_on, rounds_won)


def as_data(terms: Terms) -> RuleData:
    """Return the rules as data."""
    kind = kind_of(terms.kind)
    teams = team_rules.read(terms.team_rules)
    return RuleData(
        kind=kind.slug,
        scoring=kind.scoring(kind.settings(terms.settings)),
        settings=dict(terms.settings),
        starts_on=terms.starts_on,
        ends_on=None if terms.ends_on == OPEN_END else terms.ends_on,
        daily_cap=terms.daily_cap,
        minimum_day=terms.minimum_day,
        manual_policy=terms.manual_policy,
        manual_limit=terms.manual_limit,
        providers=tuple(terms.providers),
        late_joiners=terms.late_joiners,
        conversions=TABLES.get(terms.conversions, ()),
        conversion_table=terms.conversions or None,
        teams=_TEAMS[teams.mode],
        team_rules=team_rules.as_data(teams),
        time_zone_rule=_ZONES[terms.zone_rule],
        grace_hours=terms.grace_hours,
    )


_ZONES = {"own_days": "own_local_day", "organization": "organization_day"}
_TEAMS = {mode: f"{mode}_of_members" for mode in team_rules.Mode}


def describe(terms: Terms) -> list[str]:
    """Return the rules as sentences for participants."""
    kind = kind_of(terms.kind)
    return [
        *kind.words(kind.settings(terms.settings)),
        _window_in_words(terms),
        _cap_in_words(terms.daily_cap),
        *_minimum_in_words(terms.minimum_day),
        _MANUAL[terms.manual_policy].format(n=terms.manual_limit or 0),
        *_providers_in_words(terms.providers),
        _LATE[terms.late_joiners],
        *words_of(terms.conversions),
        *team_rules.words(team_rules.read(terms.team_rules)),
        f"Late steps count until {terms.grace_hours} hours after the last day ended everywhere.",
    ]


def _window_in_words(terms: Terms) -> str:
    span = f"from {terms.starts_on} to {terms.ends_on}"
    if terms.ends_on == OPEN_END:
        kind = kind_of(terms.kind)
        until = kind.until(kind.settings(terms.settings))
        span = f"from {terms.starts_on} until {until}"
    if terms.zone_rule == "organization":
        return (
            f"Days {span} count in the organization's time zone: each hour of yours belongs to "
            "the day in which it begins there. Day totals without hours count only where your "
            "day is the same as the organization's."
        )
    return f"Days {span} count, each in your own time zone."


def _cap_in_words(daily_cap: int | None) -> str:
    if daily_cap is None:
        return "There is no daily maximum."
    return f"At most {daily_cap:,} steps of a day count."


def _minimum_in_words(minimum: int) -> list[str]:
    return [f"A day with fewer than {minimum:,} steps counts nothing."] if minimum else []


def _providers_in_words(providers: Sequence[str]) -> list[str]:
    if not providers:
        return []
    return [f"Only steps that come from {', '.join(sorted(providers))} count."]


_MANUAL = {
    "exclude": "Steps typed in by hand do not count.",
    "label": "Steps typed in by hand count and are shown as such.",
    "limit": "At most {n:,} steps of a day that were typed in by hand count.",
    "count": "Steps typed in by hand count.",
}
_LATE = {
    "from_start": "Who joins late gets all days since the start.",
    "from_joining": "Who joins late starts with the day of joining.",
}
