"""What participants, teams and deleted drafts in audit entries are called."""

import re
import uuid
from collections.abc import Collection, Iterator
from typing import Any

from challenges.models import AuditEntry, Participant, Team
from dashboard.trail import PARTICIPANT

_PERSON = re.compile(rf"{PARTICIPANT} (\d{{1,18}})")


def names_of(entries: Collection[AuditEntry]) -> dict[str, str]:
    """Return names by what stands in the entries, of their own organizations only."""
    organizations = {entry.organization_id for entry in entries}
    numbers = {number for entry in entries for number in _participants(entry)}
    people = Participant.objects.filter(
        pk__in=numbers, challenge__organization__in=organizations
    ).values_list("pk", "person__display_name")
    named = {f"{PARTICIPANT} {pk}": name for pk, name in people}
    return named | _teams(entries, organizations) | _drafts(entries, organizations)


def _participants(entry: AuditEntry) -> Iterator[int]:
    if found := _PERSON.fullmatch(entry.subject):
        yield int(found[1])
    for values in (entry.before, entry.after):
        if isinstance(number := values.get(PARTICIPANT), int):
            yield number


def _teams(entries: Collection[AuditEntry], organizations: Collection[uuid.UUID]) -> dict[str, str]:
    """Teams by id; those that were deleted are known from the entry that says so."""
    ids = {each for entry in entries for each in _team_ids(entry)}
    deleted = AuditEntry.objects.filter(
        organization__in=organizations, action="team_deleted", before__team__in=ids
    )
    rows = Team.objects.filter(pk__in=ids, challenge__organization__in=organizations)
    names: dict[str, str] = dict(deleted.values_list("before__team", "subject"))
    return names | {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _drafts(
    entries: Collection[AuditEntry], organizations: Collection[uuid.UUID]
) -> dict[str, str]:
    gone = {entry.challenge_id for entry in entries if entry.challenge is None}
    deleted = AuditEntry.objects.filter(
        organization__in=organizations, action="draft_deleted", challenge__in=gone
    )
    return {str(pk): name for pk, name in deleted.values_list("challenge_id", "subject")}


def _team_ids(entry: AuditEntry) -> Iterator[Any]:
    for values in (entry.before, entry.after):
        if isinstance(team := values.get("team"), str):
            yield team
