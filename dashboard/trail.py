"""The audit trail in words. Pure but for the rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from challenges.models import AuditEntry, Challenge

STEPWELL = "Stepwell"
_WORDS = {
    "created": "Created as a draft",
    "edited": "Changed",
    "published": "Published",
    "draft_deleted": "Draft deleted",
    "closed": "Closed",
    "teams_added": "Teams added",
    "team_formed": "Team formed by a person",
    "team_renamed": "Team renamed",
    "team_deleted": "Team deleted",
    "captain_appointed": "Captain appointed",
    "invite_renewed": "Invitation renewed",
    "moved": "Moved to another team",
    "assigned_at_random": "Teams filled at random",
    "assigned_by_department": "Teams filled by department",
    "person_added": "Added to the challenge",
    "person_removed": "Taken out of the challenge",
    "round_drawn": "Round drawn",
    "round_decided": "Round decided",
    "finalised": "Result frozen",
    "reopened": "Opened again",
}
LONGEST = 160
# What was there is new, or gone, as a whole: single fields say nothing more.
_WHOLE = {"created", "draft_deleted", "team_deleted"}
# Participants are named in an entry by this word and their number.
PARTICIPANT = "participant"


@dataclass(frozen=True, slots=True)
class Change:
    """A field before and after, as text; None where there was or is nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """Who did what when, to what, why, and what changed.

    ``challenge`` is None once it is deleted, ``deleted`` what it was called then.
    """

    at: datetime
    who: str
    what: str
    subject: str
    reason: str
    changes: list[Change]
    challenge: Challenge | None
    deleted: str


def lines_of(
    entries: Iterable[AuditEntry], names: Mapping[str, str] | None = None
) -> list[TrailLine]:
    """Describe entries; ``names`` replaces ids in values and subjects by what they are called."""
    return [_line(entry, names or {}) for entry in entries]


def _line(entry: AuditEntry, names: Mapping[str, str]) -> TrailLine:
    return TrailLine(
        at=entry.at,
        who=entry.actor.display_name if entry.actor else STEPWELL,
        what=_WORDS.get(entry.action, entry.action.replace("_", " ").capitalize()),
        subject=names.get(entry.subject, entry.subject),
        reason=entry.reason,
        changes=[] if entry.action in _WHOLE else _changes(entry.before, entry.after, names),
        challenge=entry.challenge,
        deleted="" if entry.challenge else names.get(str(entry.challenge_id), ""),
    )


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> list[Change]:
    fields = list(dict.fromkeys([*before, *after]))
    return [
        Change(
            field.replace("_", " "),
            _text(field, before.get(field), names),
            _text(field, after.get(field), names),
        )
        for field in fields
    ]


def _text(field: str, value: Any, names: Mapping[str, str]) -> str | None:
    if value in (None, "", [], {}):
        return None
    if field == PARTICIPANT:
        value = f"{PARTICIPANT} {value}"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = ", ".join(value)
    if isinstance(value, dict):
        value = ", ".join(f"{name.replace('_', ' ')}: {each}" for name, each in value.items())
    text = names.get(str(value), str(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
