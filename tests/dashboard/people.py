"""Fills an organization with people whose data is in every state there is."""

from datetime import timedelta

from django.utils import timezone

from challenges.models import ScoredDay
from integrations.models import ConnectionStatus, Device, Installation
from steps.models import Freshness
from sync.models import Run, Schedule
from tests.factories import (
    ChallengeFactory,
    ConnectionFactory,
    DayFactory,
    ParticipantFactory,
    TeamFactory,
    UserFactory,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def confirmed(person, *, ago, broken=False):
    """Remember when a source last told how things stand."""
    now = timezone.now()
    return Freshness.objects.create(
        person=person, confirmed_at=now - ago, broken_since=now - HOUR if broken else None
    )


def connected(person, *, ago=timedelta(minutes=4), **fields):
    """Give the person a polled connection that was read ``ago``."""
    now = timezone.now()
    connection = ConnectionFactory(person=person, last_synced_at=now - ago, **fields)
    active = connection.status == ConnectionStatus.ACTIVE
    due = now + timedelta(minutes=11) if active else None
    Schedule.objects.create(connection=connection, next_sync_at=due)
    return connection


def ran(connection, *, ago=timedelta(minutes=4), cause="", state=None):
    """Remember an attempt to read the connection."""
    at = timezone.now() - ago
    return Run.objects.create(
        connection=connection,
        trigger=Run.Trigger.POLL,
        state=state or (Run.State.FAILED if cause else Run.State.DONE),
        cause=cause,
        requested_at=at,
        started_at=at,
        finished_at=at + timedelta(seconds=2),
    )


def fresh(organization, name, **fields):
    person = UserFactory(organization=organization, display_name=name, **fields)
    confirmed(person, ago=timedelta(minutes=4))
    ran(connected(person, last_data_at=timezone.now() - HOUR))
    return person


def revoked(organization, name):
    person = UserFactory(organization=organization, display_name=name)
    confirmed(person, ago=3 * DAY, broken=True)
    lost = connected(
        person, ago=3 * DAY, status=ConnectionStatus.NEEDS_RECONNECT, reason="consent_revoked"
    )
    ran(lost, ago=2 * DAY, cause="consent_revoked")
    return person


def failing(organization, name, cause="provider_outage"):
    person = UserFactory(organization=organization, display_name=name)
    confirmed(person, ago=26 * HOUR)
    ran(connected(person, ago=26 * HOUR), cause=cause)
    return person


def silent_phone(organization, name):
    person = UserFactory(organization=organization, display_name=name)
    confirmed(person, ago=2 * DAY)
    phone = ConnectionFactory(
        person=person,
        provider="healthkit",
        account_id="",
        last_synced_at=timezone.now() - 2 * DAY,
        last_data_at=timezone.now() - 2 * DAY,
    )
    Installation.objects.create(
        connection=phone,
        token_hash=f"hash of {person.pk}",
        platform="ios",
        created_at=timezone.now() - 9 * DAY,
        last_seen_at=timezone.now() - 2 * DAY,
    )
    return person


def unsynced_tracker(organization, name, battery="Low"):
    person = UserFactory(organization=organization, display_name=name)
    confirmed(person, ago=30 * HOUR)
    connection = connected(person)
    Device.objects.create(
        connection=connection,
        external_id="1",
        name="Charge 6",
        kind="tracker",
        battery=battery,
        last_synced_at=timezone.now() - 30 * HOUR,
    )
    return person


def never_connected(organization, name):
    return UserFactory(organization=organization, display_name=name)


def everybody(organization):
    """One person in each state, and as many fresh ones as a sum over people needs."""
    people = [fresh(organization, f"Fresh {n}") for n in range(5)]
    return [
        *people,
        revoked(organization, "Rita Revoked"),
        failing(organization, "Oskar Outage"),
        silent_phone(organization, "Silas Silent"),
        unsynced_tracker(organization, "Theo Tracker"),
        never_connected(organization, "Nora Never"),
    ]


def running_challenge(organization, people, *, name="Walk the Alps", team_names=("Ibex", "Lynx")):
    """A live challenge of ten days behind and ten ahead in which all ``people`` take part."""
    now = timezone.now()
    today = now.date()
    challenge = ChallengeFactory(
        organization=organization,
        name=name,
        starts_on=today - 9 * DAY,
        ends_on=today + 10 * DAY,
        daily_cap=30_000,
        published_at=now - 12 * DAY,
    )
    teams = [TeamFactory(challenge=challenge, name=team) for team in team_names]
    for place, person in enumerate(people):
        team = teams[place % len(teams)] if teams else None
        walk(ParticipantFactory(challenge=challenge, person=person, team=team), today, place)
    return challenge


def walk(participant, today, place):
    """Give a participant steps for the days behind, different for each ``place``."""
    total = 0
    for back in range(10):
        steps = 5_000 + 487 * ((place * 7 + back * 3) % 13)
        day = today - back * DAY
        DayFactory(person=participant.person, date=day, steps=steps)
        ScoredDay.objects.create(participant=participant, date=day, steps=steps, counted=steps)
        total += steps
    participant.score = participant.steps = total
    participant.version = 1
    participant.save()
    if participant.team:
        participant.team.score += total
        participant.team.save()
