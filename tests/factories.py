"""Makes people, challenges and connections for tests."""

from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from challenges.models import Challenge, Participant, Team
from integrations.models import Connection, ConnectionStatus
from steps.models import Day
from users.models import Organization, Role, User

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Company {n}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    organization = factory.SubFactory(OrganizationFactory)
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    display_name = factory.Sequence(lambda n: f"Person {n}")
    timezone = "Europe/Berlin"
    role = Role.PARTICIPANT

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.set_password(extracted or PASSWORD)
        self.save(update_fields=["password"])


class ChallengeFactory(DjangoModelFactory):
    class Meta:
        model = Challenge

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Challenge {n}")
    starts_on = date(2026, 11, 1)
    ends_on = date(2026, 11, 30)
    created_at = NOON - timedelta(days=30)
    published_at = NOON - timedelta(days=29)


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    challenge = factory.SubFactory(ChallengeFactory)
    name = factory.Sequence(lambda n: f"Team {n}")


class ParticipantFactory(DjangoModelFactory):
    class Meta:
        model = Participant

    challenge = factory.SubFactory(ChallengeFactory)
    person = factory.SubFactory(
        UserFactory, organization=factory.SelfAttribute("..challenge.organization")
    )
    joined_at = NOON - timedelta(days=20)


class ConnectionFactory(DjangoModelFactory):
    class Meta:
        model = Connection

    person = factory.SubFactory(UserFactory)
    provider = "fitbit"
    status = ConnectionStatus.ACTIVE
    account_id = factory.Sequence(lambda n: f"account-{n}")
    connected_at = NOON - timedelta(days=10)


class DayFactory(DjangoModelFactory):
    class Meta:
        model = Day

    person = factory.SubFactory(UserFactory)
    date = date(2026, 11, 19)
    steps = 8000
    steps_with_manual = factory.SelfAttribute("steps")
    zone = "Europe/Berlin"
    updated_at = NOON
