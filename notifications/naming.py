"""Puts names into facts when they are read: people appear as they wish at that moment.

A message keeps only who it was (``by_person``), so that hiding and erasing oneself reaches the
messages of others, too.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from users.models import User, Visibility

WHO = "by_person"


def named(all_facts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return facts with ``by`` (a name, or None) in the place of the person's id; one query."""
    listed = list(all_facts)
    people = User.objects.in_bulk({facts[WHO] for facts in listed if facts.get(WHO)})
    return [_named(facts, people) for facts in listed]


def without_others(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts that tell nobody who the others are."""
    return {name: value for name, value in facts.items() if name != WHO}


def _named(facts: Mapping[str, Any], people: Mapping[int, User]) -> dict[str, Any]:
    if WHO not in facts:
        return dict(facts)
    person = people.get(facts[WHO])
    shown = person is not None and person.leaderboard_visibility != Visibility.HIDDEN
    return {**without_others(facts), "by": person.board_name if person and shown else None}
