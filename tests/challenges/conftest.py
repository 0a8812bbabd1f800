"""A challenge of Acme, and short ways to walk and to look at the board."""

from datetime import date

import pytest

from challenges import membership, refill, scoring, standings
from challenges.models import Participant
from steps.models import Day
from tests.factories import NOON, ChallengeFactory

TODAY = date(2026, 11, 20)


@pytest.fixture
def challenge(acme):
    return ChallengeFactory(organization=acme, name="November")


@pytest.fixture
def walk(db):
    """Return a function that sets a person's day and scores it, as a sync does."""

    def set_day(person, steps, day=TODAY, *, with_manual=None, now=NOON):
        Day.objects.update_or_create(
            person=person,
            date=day,
            defaults={
                "steps": steps,
                "steps_with_manual": steps if with_manual is None else with_manual,
                "zone": "Europe/Berlin",
                "updated_at": now,
            },
        )
        scoring.record_days(person_id=person.pk, dates={day}, now=now)

    return set_day


@pytest.fixture
def join(challenge):
    def enter(person, team=None, now=NOON):
        return membership.join(challenge=challenge, person=person, team=team, now=now)

    return enter


@pytest.fixture
def look(challenge):
    """Return a function that reads a leaderboard; refills the boards first when told to."""

    def read(person, *, board="people", view="top", limit=50, cursor=None, now=NOON):
        return standings.leaderboard(
            challenge=challenge,
            person=person,
            board=board,
            view=standings.View(view),
            limit=limit,
            cursor=cursor,
            now=now,
        )

    return read


@pytest.fixture
def fill():
    return lambda now=NOON: refill.refill(now=now)


@pytest.fixture
def standing(challenge):
    """Return a function that gives (score, steps) of a person from the table."""

    def read(person):
        row = Participant.objects.get(challenge=challenge, person=person)
        return row.score, row.steps

    return read


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Return a context that lets its writes commit: what waits for the commit runs at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
