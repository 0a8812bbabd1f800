"""Reads of the overview and of challenges, always within one organization."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncHour

from challenges.models import Challenge
from challenges.phases import LONGEST_TAIL, State, state_of
from challenges.queries import challenges_of
from dashboard.charts import Datum
from dashboard.provider_names import name_of
from dashboard.roster import people_of, taking_part
from dashboard.timing import describe_timing
from integrations.models import Connection, ConnectionStatus
from sync.models import Run
from users.models import Organization, User

OPEN_STATES = (State.LIVE, State.CLOSING, State.UPCOMING)
LIST_ORDER = (State.LIVE, State.CLOSING, State.UPCOMING, State.DRAFT, State.FINAL)
ACTIVITY_HOURS = 24
FEED_LENGTH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeCard:
    """A challenge with its state, how many joined of how many people, and its time in words."""

    challenge: Challenge
    state: State
    joined: int
    people: int
    timing: str


@dataclass(frozen=True, slots=True)
class TrackerUse:
    """How many connections of a provider there are and how many of them work."""

    slug: str
    name: str
    working: int
    total: int


@dataclass(frozen=True, slots=True)
class Activity:
    """Sync runs of the last 24 hours, in all and by hour (UTC), oldest hour first."""

    done: int
    failed: int
    hours: list[Datum]


def challenge_cards(
    organization: Organization, *, today: date, now: datetime
) -> list[ChallengeCard]:
    """Return all challenges, running ones first."""
    people = people_of(organization).count()
    rows = _with_joined(challenges_of(organization))
    cards = [_card(row, people=people, today=today, now=now) for row in rows]
    return sorted(cards, key=lambda card: LIST_ORDER.index(card.state))


def open_cards(organization: Organization, *, today: date, now: datetime) -> list[ChallengeCard]:
    """Return the challenges that are coming, running or taking late steps."""
    people = people_of(organization).count()
    recent = challenges_of(organization).filter(
        published_at__isnull=False, ends_on__gte=now.date() - LONGEST_TAIL
    )
    cards = [_card(row, people=people, today=today, now=now) for row in _with_joined(recent)]
    shown = [card for card in cards if card.state in OPEN_STATES]
    return sorted(shown, key=lambda card: OPEN_STATES.index(card.state))


def challenge_card(
    organization: Organization, challenge_id: uuid.UUID, *, today: date, now: datetime
) -> ChallengeCard | None:
    """Return one challenge of the organization, or None."""
    row = _with_joined(challenges_of(organization)).filter(pk=challenge_id).first()
    if row is None:
        return None
    return _card(row, people=people_of(organization).count(), today=today, now=now)


def programme_people(organization: Organization, *, now: datetime) -> tuple[QuerySet[User], bool]:
    """Return who takes part in open challenges, or everybody while there are none (False)."""
    recent = challenges_of(organization).filter(ends_on__gte=now.date() - LONGEST_TAIL)
    running = [row.pk for row in recent if state_of(row, now) in OPEN_STATES]
    if not running:
        return people_of(organization), False
    return taking_part(organization, running), True


def trackers_in_use(organization: Organization) -> list[TrackerUse]:
    """Count connections by provider, most used first; what people put away does not count."""
    rows = (
        Connection.objects.filter(person__organization=organization, person__is_active=True)
        .exclude(status=ConnectionStatus.DISCONNECTED)
        .values_list("provider")
        .annotate(working=Count("pk", filter=Q(status=ConnectionStatus.ACTIVE)), total=Count("pk"))
        .order_by("-total", "provider")
    )
    return [TrackerUse(slug, name_of(slug), working, total) for slug, working, total in rows]


def latest_syncs(organization: Organization) -> QuerySet[Connection]:
    """Return the connections that were read or heard from last."""
    rows = Connection.objects.filter(
        person__organization=organization, person__is_active=True, last_synced_at__isnull=False
    )
    return rows.select_related("person").order_by(F("last_synced_at").desc())[:FEED_LENGTH]


def sync_activity(organization: Organization, *, now: datetime) -> Activity:
    """Count runs that ended within the last 24 hours."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=ACTIVITY_HOURS - 1)
    rows = (
        Run.objects.filter(connection__person__organization=organization, requested_at__gte=first)
        .values_list(TruncHour("requested_at"))
        .annotate(
            done=Count("pk", filter=Q(state=Run.State.DONE)),
            failed=Count("pk", filter=Q(state=Run.State.FAILED)),
        )
    )
    counts = {hour: (done, failed) for hour, done, failed in rows}
    hours = [first + timedelta(hours=n) for n in range(ACTIVITY_HOURS)]
    return Activity(
        done=sum(done for done, _ in counts.values()),
        failed=sum(failed for _, failed in counts.values()),
        hours=[_hour(hour, *counts.get(hour, (0, 0))) for hour in hours],
    )


def _hour(hour: datetime, done: int, failed: int) -> Datum:
    note = f"{done:,} done, {failed:,} failed"
    return Datum(label=f"{hour:%H:%M} UTC", value=done, note=note, second=failed)


def _with_joined(rows: QuerySet[Challenge]) -> QuerySet[Challenge]:
    inside = Q(participants__left_at=None, participants__isnull=False)
    still_here = Q(participants__person__is_active=True)
    return rows.annotate(joined=Count("participants", filter=inside & still_here))


def _card(challenge: Challenge, *, people: int, today: date, now: datetime) -> ChallengeCard:
    return ChallengeCard(
        challenge=challenge,
        state=state_of(challenge, now),
        joined=getattr(challenge, "joined", 0),
        people=people,
        timing=describe_timing(challenge, today=today, now=now),
    )
