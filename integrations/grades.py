"""How much a provider does, by its grade card.

Each folder has a ``quality.toml``: its ``grade``, and under ``[exempt]`` why a rule of that grade
cannot apply. Rules build on one another: gold keeps all of bronze and silver. Which rules there are
stands here; that they are kept is checked by ``tests/contract/test_grades.py``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from integrations import registry


class Grade(StrEnum):
    """From "it works" to "it misses nothing"."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


RULES: dict[Grade, dict[str, str]] = {
    Grade.BRONZE: {
        "contract": "The contract kit meets it: a cloud has a stand, a phone speaks relay/1.",
        "page": "Operators and people have a page about it.",
        "settings": "Every setting it reads is in .env.example.",
        "recorded": "Recorded answers say what its JSON means.",
    },
    Grade.SILVER: {
        "own_words": "Its own error answers are recorded with the word they get.",
        "broken_answers": "An answer that breaks its documentation is recorded as refused.",
        "quotas": "Its published limits are declared, so that they are kept.",
        "leaving": "Disconnecting is told upstream.",
        "missing_steps": "Its page says what to do when steps are missing.",
    },
    Grade.GOLD: {
        "hours": "It brings hours, not only days.",
        "trackers": "It brings the trackers and when they last synced.",
        "history": "It brings at least the 30 days that stay open to late steps.",
        "zone": "It says which zone its days are in.",
    },
    Grade.PLATINUM: {
        "at_once": "News arrive by themselves, within seconds and not at the next poll.",
        "proved_live": "Connecting and a week of days were seen at the real service.",
    },
}


class CardBroken(Exception):
    """A ``quality.toml`` is missing or says something that is no grade, rule or reason."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a folder says of itself. ``exempt`` maps a rule to the reason it cannot apply."""

    grade: Grade
    exempt: Mapping[str, str]

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule up to the grade."""
        return tuple(rule for grade in upto(self.grade) for rule in RULES[grade])


def upto(grade: Grade) -> tuple[Grade, ...]:
    """The grade and those below it, lowest first."""
    grades = tuple(Grade)
    return grades[: grades.index(grade) + 1]


def after(grade: Grade) -> Grade | None:
    """The next grade, None above the highest."""
    return next((each for each in Grade if upto(each)[:-1] == upto(grade)), None)


def grade_of(slug: str) -> Grade:
    """The grade of a provider. Raises ``CardBroken`` and ``registry.UnknownProvider``."""
    return card_of(slug).grade


@cache
def card_of(slug: str) -> Card:
    """The grade card of a provider. Raises ``CardBroken`` and ``registry.UnknownProvider``."""
    folder = type(registry.get(slug)).__module__.rpartition(".")[0]
    try:
        text = resources.files(folder).joinpath("quality.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CardBroken(f"{folder} has no quality.toml") from None
    return read(text)


def read(text: str) -> Card:
    """Read a grade card. Raises ``CardBroken``."""
    try:
        said = tomllib.loads(text)
        card = Card(grade=Grade(said["grade"]), exempt=said.get("exempt", {}))
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise CardBroken(f"a grade card is unusable: {error}") from None
    if strange := set(said) - {"grade", "exempt"}:
        raise CardBroken(f"a grade card knows no {sorted(strange)}")
    for rule, reason in card.exempt.items():
        if not any(rule in rules for rules in RULES.values()):
            raise CardBroken(f"there is no rule {rule!r}")
        if not isinstance(reason, str) or len(reason.split()) < 4:
            raise CardBroken(f"the exemption from {rule!r} needs a sentence")
    return card
