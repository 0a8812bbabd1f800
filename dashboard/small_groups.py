"""Which teams and departments may be shown with a score. Pure.

A group with fewer people than the organization's minimum is never shown, and neither is one whose
score, less what is known by name, would tell about fewer people than that who chose not to be
known by name. Where the people outside of all shown groups are fewer than the minimum, the
difference to a total would tell about them: then more groups are left out, smallest first.
"""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupPeople:
    """The people of a group, and those of them who are not known by name."""

    everybody: frozenset[int]
    private: frozenset[int]


def may_be_shown(
    groups: Mapping[str, GroupPeople], everybody: Collection[int], minimum: int
) -> Set[str]:
    """Return the names of the groups that may be shown, given all people who take part."""
    shown = {name for name, group in groups.items() if _is_large(group, minimum)}
    while shown and _leaves_few(groups, shown, everybody, minimum):
        shown.remove(min(shown, key=lambda name: (len(groups[name].everybody), name)))
    return shown


def _is_large(group: GroupPeople, minimum: int) -> bool:
    alone = 0 < len(group.private) < minimum
    return len(group.everybody) >= minimum and not alone


def _leaves_few(
    groups: Mapping[str, GroupPeople], shown: Set[str], everybody: Collection[int], minimum: int
) -> bool:
    inside = frozenset().union(*(groups[name].everybody for name in shown))
    return 0 < len(set(everybody) - inside) < minimum
