"""Challenges as a person of the organization sees them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from challenges import invitations, rules, team_rules
from challenges.kind_registry import kind_of
from challenges.models import Challenge, Participant, Team
from challenges.outlook import Outlook, outlook
from challenges.phases import State, final_at, last_day, state_of
from users import binary
from users.models import User
from users.plain_models import columns, instance


@dataclass(frozen=True, slots=True)
class Card:
    """A challenge in a list; ``participants`` counts who has not left.

    ``ends_on`` and ``final_at`` are None while there is no last day.
    """

    id: str
    name: str
    kind: str
    state: State
    starts_on: date
    ends_on: date | None
    final_at: datetime | None
    joined: bool
    participants: int
    unit: str


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team one can join, how many are in it and whether there is room for more."""

    id: str
    name: str
    members: int
    full: bool


@dataclass(frozen=True, slots=True)
class TeamName:
    """The team somebody is in; ``invite`` lets others join it, ``url`` is the same as a link."""

    id: str
    name: str
    is_captain: bool
    invite: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Participation:
    """How a person takes part; sums are as they stand."""

    challenge_id: str
    joined: bool
    joined_at: datetime | None
    team: TeamName | None
    score: int
    steps: int


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules as sentences and as data."""

    words: list[str]
    data: rules.RuleData


@dataclass(frozen=True, slots=True)
class Details:
    """Everything about one challenge."""

    card: Card
    description: str
    rules: RuleBook
    teams: list[TeamLine]
    team: TeamName | None
    outlook: Outlook


def visible_to(person: User) -> QuerySet[Challenge]:
    """Return the published challenges of the person's organization, newest start first."""
    published = Challenge.objects.filter(
        organization_id=person.organization_id, published_at__isnull=False
    )
    return published.order_by("-starts_on", "id")


def cards(person: User, *, now: datetime, state: str | None = None) -> list[Card]:
    """Return the challenges the person sees, those in ``state`` only if one is given."""
    found = [row for row in visible_to(person) if state in {None, state_of(row, now)}]
    joined = _joined(person, found)
    counts = _participants(found)
    return [
        _card(row, now, joined=row.pk in joined, participants=counts.get(row.pk, 0))
        for row in found
    ]


def details(challenge: Challenge, person: User, *, now: datetime) -> Details:
    """Return one challenge with rules and teams."""
    own = active_participation(challenge, person)
    counts = _participants([challenge])
    return Details(
        card=_card(
            challenge, now, joined=own is not None, participants=counts.get(challenge.pk, 0)
        ),
        description=challenge.description,
        rules=RuleBook(rules.describe(challenge), rules.as_data(challenge)),
        teams=_team_lines(challenge),
        team=_team_name(own),
        outlook=outlook(challenge, own),
    )


_CHALLENGE = columns(Challenge)
_VISIBLE = f"""
    SELECT {", ".join(_CHALLENGE)} FROM challenges_challenge
    WHERE id = %s AND organization_id = %s AND published_at IS NOT NULL
"""  # noqa: S608 - the columns above
_PARTICIPANT = columns(Participant)
_ACTIVE = f"""
    SELECT {", ".join(_PARTICIPANT)} FROM challenges_participant
    WHERE challenge_id = %s AND person_id = %s AND left_at IS NULL
"""  # noqa: S608 - the columns above


def visible(person: User, challenge_id: uuid.UUID) -> Challenge | None:
    """Return one of the published challenges of the person's organization."""
    found = binary.rows(_VISIBLE, [challenge_id, person.organization_id])
    return instance(Challenge, _CHALLENGE, found[0]) if found else None


def active_participation(challenge: Challenge, person: User) -> Participant | None:
    """Return the row of somebody who takes part and has not left."""
    found = binary.rows(_ACTIVE, [challenge.pk, person.pk])
    if not found:
        return None
    row = instance(Participant, _PARTICIPANT, found[0])
    row.challenge = challenge
    return row


def participation(challenge: Challenge, row: Participant | None) -> Participation:
    """Describe a participation; None or somebody who left is described as not joined."""
    joined = row is not None and row.left_at is None
    return Participation(
        challenge_id=str(challenge.pk),
        joined=joined,
        joined_at=row.joined_at if row and joined else None,
        team=_team_name(row) if joined else None,
        score=row.score if row and joined else 0,
        steps=row.steps if row and joined else 0,
    )


def _card(challenge: Challenge, now: datetime, *, joined: bool, participants: int) -> Card:
    return Card(
        id=str(challenge.pk),
        name=challenge.name,
        kind=challenge.kind,
        state=state_of(challenge, now),
        starts_on=challenge.starts_on,
        ends_on=last_day(challenge),
        final_at=final_at(challenge) if last_day(challenge) else None,
        joined=joined,
        participants=participants,
        unit=unit_of(challenge),
    )


def unit_of(challenge: Challenge) -> str:
    """Return what a score of the challenge counts, in plural."""
    kind = kind_of(challenge.kind)
    return kind.unit_of(kind.settings(challenge.settings))


def _team_name(row: Participant | None) -> TeamName | None:
    if row is None or row.team is None:
        return None
    team = row.team
    return TeamName(
        id=str(team.pk),
        name=team.name,
        is_captain=team.captain_id == row.pk,
        invite=team.invite,
        url=invitations.address(team.invite),
    )


def _joined(person: User, found: Iterable[Challenge]) -> set[uuid.UUID]:
    rows = Participant.objects.filter(person=person, left_at=None, challenge__in=list(found))
    return set(rows.values_list("challenge_id", flat=True))


def _participants(found: Iterable[Challenge]) -> dict[uuid.UUID, int]:
    rows = Participant.objects.filter(challenge__in=list(found), left_at=None)
    return dict(rows.values_list("challenge_id").annotate(Count("pk")))


def _team_lines(challenge: Challenge) -> list[TeamLine]:
    members = Count("members", filter=Q(members__left_at=None))
    rows = Team.objects.filter(challenge=challenge).annotate(size=members).order_by("name")
    largest = team_rules.read(challenge.team_rules).largest
    return [
        TeamLine(str(pk), name, size, full=largest is not None and size >= largest)
        for pk, name, size in rows.values_list("pk", "name", "size")
    ]
