"""Teams and departments in which nobody shows themselves: their score is for their members alone.

The score of a team of one is that person's own, whoever it belongs to.
"""

from django.db.models import Count, Q

from challenges import departments
from challenges.catalogue import active_participation
from challenges.entrants import TEAMS
from challenges.models import Challenge, Participant
from users.models import Group, User

SHOWN = Q(hidden=False)


def closed(challenge: Challenge, board: str) -> set[str]:
    """Return the groups of a board that have members of whom none shows themselves, by id."""
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    if board == departments.NAME:
        rows = rows.filter(person__groups__kind=Group.Kind.DEPARTMENT)
        counted = rows.values_list("person__groups")
    else:
        assert board == TEAMS.name
        counted = rows.exclude(team=None).values_list("team")
    counts = counted.annotate(shown=Count("pk", filter=SHOWN))
    return {str(group) for group, shown in counts if not shown}


def closed_to(person: User, challenge: Challenge, board: str) -> set[str]:
    """Return the closed groups of a board that the person is not in."""
    return closed(challenge, board) - {own_group(person, challenge, board)}


def own_group(person: User, challenge: Challenge, board: str) -> str | None:
    """Return the person's own team or department, by id as on the board."""
    if board == departments.NAME:
        return departments.of_person(person)
    row = active_participation(challenge, person)
    return str(row.team_id) if row and row.team_id else None
