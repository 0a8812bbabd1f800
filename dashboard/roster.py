"""Reads people of one organization and the state of their data."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet

from challenges.freshness import Freshness
from challenges.models import Challenge, Participant
from dashboard.causes import Cause, explain
from dashboard.connection_facts import facts_by_person
from dashboard.filters import PeopleFilter
from dashboard.health import Finding, person_finding
from dashboard.provider_names import name_of
from dashboard.rows import PersonRow, person_row
from dashboard.states import count_states, in_state
from integrations.models import Connection
from users.models import Organization, User

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Reason:
    """Why ``people`` many have no fresh data; code and provider make the link to who they are."""

    cause: Cause
    provider: str
    people: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people with how many there are in each state before filtering by state."""

    rows: list[PersonRow]
    page: Page[User]
    counts: dict[Freshness, int]
    total: int


def people_of(organization: Organization) -> QuerySet[User]:
    """Return everybody who can sign in, by name."""
    rows = User.objects.filter(organization=organization, is_active=True)
    return rows.select_related("freshness").order_by("display_name", "pk")


def taking_part(organization: Organization, challenge_ids: list[UUID]) -> QuerySet[User]:
    """Return who takes part in any of the challenges."""
    inside = Participant.objects.filter(
        person=OuterRef("pk"), left_at=None, challenge__in=challenge_ids
    )
    return people_of(organization).filter(Exists(inside))


def people_page(people: QuerySet[User], wanted: PeopleFilter, *, now: datetime) -> PeoplePage:
    """Filter ``people`` and describe one page of them."""
    found = filtered(people, wanted, now=now)
    counts = count_states(found, now=now)
    shown = found.filter(in_state(wanted.state, now=now)) if wanted.state else found
    page = Paginator(shown, PAGE_SIZE).get_page(wanted.page)
    facts = facts_by_person([person.pk for person in page])
    rows = [person_row(person, facts.get(person.pk, []), now=now) for person in page]
    return PeoplePage(rows=rows, page=page, counts=counts, total=sum(counts.values()))


def filtered(people: QuerySet[User], wanted: PeopleFilter, *, now: datetime) -> QuerySet[User]:
    """Apply everything of the filter but the state."""
    if wanted.search:
        name = Q(display_name__icontains=wanted.search)
        people = people.filter(name | Q(email__icontains=wanted.search))
    if wanted.cause:
        people = people.filter(pk__in=_with_cause(people, wanted, now))
    elif wanted.provider:
        own = Connection.objects.filter(person=OuterRef("pk"), provider=wanted.provider)
        people = people.filter(Exists(own))
    return people


def reasons(people: QuerySet[User], *, now: datetime) -> list[Reason]:
    """Count why people have no fresh data, most frequent first."""
    counted = Counter(
        (finding.code, finding.provider) for finding in _findings(people, now).values()
    )
    return [
        Reason(explain(code, provider=name_of(provider) if provider else ""), provider, number)
        for (code, provider), number in counted.most_common()
    ]


def _with_cause(people: QuerySet[User], wanted: PeopleFilter, now: datetime) -> list[int]:
    found = _findings(people, now).items()
    return [
        pk
        for pk, finding in found
        if finding.code == wanted.cause and wanted.provider in {"", finding.provider}
    ]


def _findings(people: QuerySet[User], now: datetime) -> dict[int, Finding]:
    """The one finding of everybody whose data is not fresh."""
    fresh = in_state(Freshness.FRESH, now=now)
    worrying = list(people.exclude(fresh).order_by().values_list("pk", flat=True))
    facts = facts_by_person(worrying)
    found = {
        pk: person_finding(facts.get(pk, []), state=Freshness.STALE, now=now) for pk in worrying
    }
    return {pk: finding for pk, finding in found.items() if finding}


def participants_page(challenge: Challenge, wanted: PeopleFilter, *, now: datetime) -> PeoplePage:
    """Describe one page of those who take part in the challenge, with team and score."""
    people = taking_part(challenge.organization, [challenge.pk])
    listed = people_page(people, wanted, now=now)
    inside = Participant.objects.filter(
        challenge=challenge, person__in=[row.person.pk for row in listed.rows]
    ).select_related("team")
    by_person = {participant.person_id: participant for participant in inside}
    for row in listed.rows:
        row.participant = by_person.get(row.person.pk)
    return listed
