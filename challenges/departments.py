"""The departments of the organization as a board of a challenge.

A department is a group of people in the users room. It has no standing of its own that could go
stale: its score is worked out from its members', by the rules for teams, whenever it is read.
Departments with fewer participants than the organization's minimum are not shown.
"""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from challenges import team_rules
from challenges.kind_registry import kind_of
from challenges.ladder import Key, ranked
from challenges.models import Challenge, DepartmentRank, Participant
from challenges.team_rules import Part
from users.models import Group, User

NAME = "departments"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentRow:
    """A department's standing, and how many of its people take part."""

    member: str
    name: str
    score: int
    tiebreak: int
    steps: int
    members: int


def rows(challenge: Challenge) -> list[DepartmentRow]:
    """Return the departments that are large enough, best first, then by id."""
    names = _names(challenge)
    parts: dict[UUID, list[Part]] = defaultdict(list)
    steps: dict[UUID, int] = defaultdict(int)
    for department, score, tiebreak, walked, days in _members(challenge, names):
        parts[department].append(Part(score, tiebreak, days > 0))
        steps[department] += walked
    rules, kind = team_rules.read(challenge.team_rules), kind_of(challenge.kind)
    smallest = challenge.organization.minimum_group_size
    found = [
        DepartmentRow(
            member=str(pk),
            name=names[pk],
            **team_rules.tally(members, kind, rules)._asdict(),
            steps=steps[pk],
            members=len(members),
        )
        for pk, members in parts.items()
        if len(members) >= smallest
    ]
    return sorted(found, key=lambda row: (-row.score, -row.tiebreak, row.member))


def of_person(person: User) -> str | None:
    """Return the department of a person as its board calls it; the first by name of several."""
    own = person.groups.filter(kind=Group.Kind.DEPARTMENT).order_by("name", "pk").first()
    return str(own.pk) if own else None


def names_of(challenge: Challenge) -> dict[str, str]:
    """Return the names of the organization's departments by member."""
    return {str(pk): name for pk, name in _names(challenge).items()}


def ranks_before(challenge: Challenge) -> dict[str, int]:
    """Return the departments' ranks by member, as they were last remembered."""
    rows = DepartmentRank.objects.filter(challenge=challenge)
    return {str(pk): rank for pk, rank in rows.values_list("department_id", "rank")}


def remember_ranks(challenge: Challenge) -> None:
    """Remember the ranks of the departments; the caller holds the challenge."""
    standing = [Key(_standing(challenge, row), row.member) for row in rows(challenge)]
    DepartmentRank.objects.filter(challenge=challenge).delete()
    DepartmentRank.objects.bulk_create(
        DepartmentRank(challenge=challenge, department_id=UUID(slot.member), rank=slot.rank)
        for slot in ranked(standing, position=0, first_rank=1)
    )


def tie_limit(challenge: Challenge) -> int:
    """Return what a score is multiplied with to make room for the tie-breaker."""
    return team_rules.tie_limit(kind_of(challenge.kind), team_rules.read(challenge.team_rules))


def _standing(challenge: Challenge, row: DepartmentRow) -> int:
    return row.score * tie_limit(challenge) + row.tiebreak


def _names(challenge: Challenge) -> dict[UUID, str]:
    groups = Group.objects.filter(
        organization_id=challenge.organization_id, kind=Group.Kind.DEPARTMENT
    )
    return dict(groups.values_list("pk", "name"))


def _members(challenge: Challenge, names: dict[UUID, str]) -> list[tuple[UUID, int, int, int, int]]:
    """Return one row per participant and department they are in."""
    found = Participant.objects.filter(challenge=challenge, left_at=None, person__groups__in=names)
    columns = ("person__groups", "score", "tiebreak", "steps", "days_known")
    return list(found.values_list(*columns))
