"""A challenge under way, people in it, and their counted days."""

from datetime import date, timedelta

import pytest

from challenges.models import Participant, ScoredDay
from challenges.versions import stamp
from tests.factories import NOON, ChallengeFactory, ParticipantFactory


@pytest.fixture
def game(acme):
    """Live from the 1st to the 30th of November."""
    return ChallengeFactory(organization=acme, name="Autumn walk")


@pytest.fixture
def player(game):
    """Return a function that lets a person take part with counted steps of days of November."""

    def play(person, days=None, **fields):
        counted = days or {}
        total = sum(counted.values())
        row = ParticipantFactory(
            challenge=game,
            person=person,
            score=total,
            steps=total,
            version=stamp(NOON - timedelta(minutes=5)),
            **fields,
        )
        walk(row, counted)
        return row

    return play


def walk(row, counted):
    """Make the counted days of a participant these, as scoring would."""
    ScoredDay.objects.filter(participant=row).delete()
    ScoredDay.objects.bulk_create(
        ScoredDay(participant=row, date=date(2026, 11, day), steps=steps, counted=steps)
        for day, steps in counted.items()
    )
    row.score = row.steps = sum(counted.values())
    row.version += 1
    Participant.objects.filter(pk=row.pk).update(
        score=row.score, steps=row.steps, version=row.version
    )
