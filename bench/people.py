"""People of the benchmarks, made without their passwords' hashing: signed in, with phones."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count

from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils import timezone

from challenges import membership
from challenges.models import Challenge, Team
from integrations.connections import connect_relay
from integrations.models import Connection
from users.models import Organization, User

_NUMBERS = count(1)
CHALLENGE_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A person's phone with its connection and relay token."""

    person: User
    connection: Connection
    token: str


def company() -> Organization:
    """Make an organization."""
    return Organization.objects.create(name="Bench Ltd", timezone="Europe/Berlin")


def people(number: int, organization: Organization) -> list[User]:
    """Make people of the organization who cannot sign in by password."""
    made = [
        User(
            organization=organization,
            email=f"person{next(_NUMBERS)}@bench.example",
            display_name="Bench Person",
            timezone="Europe/Berlin",
            password="!",  # noqa: S106 - marks that there is none
        )
        for _ in range(number)
    ]
    return User.objects.bulk_create(made)


def challenge(organization: Organization, *, now: datetime) -> Challenge:
    """Make a published challenge that began 30 days ago and is live."""
    return Challenge.objects.create(
        organization=organization,
        name=f"Challenge {next(_NUMBERS)}",
        starts_on=(now - timedelta(days=CHALLENGE_DAYS)).date(),
        ends_on=(now + timedelta(days=CHALLENGE_DAYS)).date(),
        created_at=now,
        published_at=now,
    )


def join_all(game: Challenge, players: list[User], *, now: datetime) -> None:
    """Let everybody take part, in teams of ten."""
    for start in range(0, len(players), 10):
        team = Team.objects.create(challenge=game, name=f"Team {next(_NUMBERS)}")
        for person in players[start : start + 10]:
            membership.join(challenge=game, person=person, team=team, now=now)


def phones(number: int, *, now: datetime) -> list[Phone]:
    """Make people with an iPhone who take part in a challenge of their own company."""
    organization = company()
    players = people(number, organization)
    join_all(challenge(organization, now=now), players, now=now)
    return [_phone(person, now) for person in players]


def _phone(person: User, now: datetime) -> Phone:
    connection, _, token = connect_relay(person=person, provider="healthkit", now=now)
    return Phone(person=person, connection=connection, token=token)


def access_token(person: User) -> str:
    """Sign the person in as the app does, without asking for a password."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    request.user = person
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    token = JWTTokenStrategy().create_access_token(request)
    assert isinstance(token, str)
    return token


def now() -> datetime:
    """The clock of the benchmarks (UTC)."""
    return timezone.now()
