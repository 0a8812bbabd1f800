"""What the pages show of a person and of each of their connections. Pure but for the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from challenges.freshness import Freshness, freshness_of
from challenges.models import Participant
from dashboard.causes import Cause, Tone, explain
from dashboard.health import Facts, Finding, finding_of, person_finding
from dashboard.provider_names import name_of
from users.models import User, Visibility

STATUS_WORDS = {
    "needs_reconnect": ("Reconnect needed", Tone.BROKEN.value),
    "disconnected": ("Disconnected", "none"),
    "retired": ("Closed", Tone.BROKEN.value),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLine:
    """A connection: a word for its status with a tone, what is wrong, and its times."""

    provider: str
    word: str
    tone: str
    cause: Cause | None
    since: datetime | None
    last_synced_at: datetime | None
    next_sync_at: datetime | None
    syncing: bool
    tracker: str


@dataclass(slots=True, kw_only=True)
class PersonRow:
    """A person with the state of their data; ``participant`` is set on a challenge's page."""

    person: User
    state: Freshness
    confirmed_at: datetime | None
    cause: Cause | None
    since: datetime | None
    connections: list[ConnectionLine]
    participant: Participant | None = None

    @property
    def shows_score(self) -> bool:
        """Whether colleagues see this person's score under this name; staff see no more."""
        by_name = self.person.leaderboard_visibility == Visibility.NAME
        return self.participant is not None and not self.participant.hidden and by_name


def person_row(person: User, connections: Sequence[Facts], *, now: datetime) -> PersonRow:
    """Describe a person (with ``freshness`` at hand) and their connections."""
    known = getattr(person, "freshness", None)
    confirmed_at = known.confirmed_at if known else None
    state = freshness_of(
        confirmed_at=confirmed_at, broken_since=known.broken_since if known else None, now=now
    )
    finding = person_finding(connections, state=state, now=now)
    return PersonRow(
        person=person,
        state=state,
        confirmed_at=confirmed_at,
        cause=_cause(finding),
        since=finding.since if finding else None,
        connections=[connection_line(facts, now=now) for facts in connections],
    )


def connection_line(facts: Facts, *, now: datetime) -> ConnectionLine:
    """Describe one connection."""
    finding = finding_of(facts, now=now)
    cause = _cause(finding)
    word, tone = _word(facts, cause)
    return ConnectionLine(
        provider=name_of(facts.provider),
        word=word,
        tone=tone,
        cause=cause,
        since=finding.since if finding else None,
        last_synced_at=facts.last_synced_at,
        next_sync_at=facts.next_sync_at,
        syncing=facts.syncing,
        tracker=facts.tracker.name if facts.tracker else "",
    )


def _cause(finding: Finding | None) -> Cause | None:
    if finding is None:
        return None
    return explain(finding.code, provider=name_of(finding.provider) if finding.provider else "")


def _word(facts: Facts, cause: Cause | None) -> tuple[str, str]:
    if facts.status in STATUS_WORDS:
        return STATUS_WORDS[facts.status]
    if cause is None:
        return "Working", "fresh"
    return ("Trying again" if facts.failed_cause else "Waiting"), cause.tone.value
