"""People with a tracker at the stand-in provider, connected without the walk through a browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.people import challenge, company, join_all, people
from bench.sandbox import SandboxControl
from challenges.models import Challenge
from integrations.models import Connection, ConnectionStatus, Credential
from sync.models import Schedule
from users.models import User

PROVIDER = "fitbit"


@dataclass(frozen=True, kw_only=True)
class Wearer:
    """A person with a tracker, and the challenge they take part in."""

    person: User
    connection: Connection
    game: Challenge


def wearers(number: int, sandbox: SandboxControl, *, now: datetime) -> list[Wearer]:
    """Make people whose accounts are connected; nothing is due yet, nothing read yet."""
    organization = company()
    players = people(number, organization)
    game = challenge(organization, now=now)
    join_all(game, players, now=now)
    sandbox.add([person.email for person in players])
    return [
        Wearer(person=person, connection=_connect(person, sandbox, now), game=game)
        for person in players
    ]


def _connect(person: User, sandbox: SandboxControl, now: datetime) -> Connection:
    grant = sandbox.consent(person.email)
    for back in range(3):
        sandbox.walk(person.email, _day(now, back), 6000 + back)
    connection = Connection.objects.create(
        person=person,
        provider=PROVIDER,
        status=ConnectionStatus.ACTIVE,
        account_id=f"account-{person.pk}",
        granted_scopes=str(grant["scope"]).split(),
        connected_at=now,
    )
    Credential.objects.create(
        connection=connection,
        access_token=grant["access_token"],
        refresh_token=grant["refresh_token"],
        expires_at=now + timedelta(seconds=int(grant["expires_in"])),
    )
    Schedule.objects.create(connection=connection)
    return connection


def _day(now: datetime, back: int) -> str:
    return (now - timedelta(days=back)).date().isoformat()


def make_due(owners: list[Wearer], *, now: datetime) -> None:
    """Let all of them be due at once."""
    rows = Schedule.objects.filter(connection__in=[owner.connection for owner in owners])
    rows.update(next_sync_at=now, lease_until=None)
