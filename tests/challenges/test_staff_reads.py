"""What the staff's pages read, and the command that rebuilds."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from challenges import boards, membership, queries
from challenges.entrants import PEOPLE
from challenges.ladder import Ask
from challenges.models import Participant, ScoredDay, Team
from tests.factories import NOON, ChallengeFactory, ParticipantFactory, TeamFactory

TODAY = date(2026, 11, 20)


@pytest.fixture
def november(alice, bob, challenge, join, walk):
    """Alice walked two days for Red, Bob one day for nobody, somebody has left."""
    challenge.daily_cap = 9000
    challenge.save()
    join(alice, TeamFactory(challenge=challenge, name="Red"))
    join(bob)
    walk(alice, 10000)
    walk(alice, 100, TODAY - timedelta(days=1))
    walk(bob, 500)
    gone = ParticipantFactory(challenge=challenge)
    walk(gone.person, 7)
    membership.leave(challenge=challenge, person=gone.person, now=NOON)
    return challenge


def test_participation(november):
    ParticipantFactory(challenge=november)
    counts = queries.participation_of(november)
    assert (counts.active, counts.with_steps, counts.left) == (3, 2, 1)


def test_staff_see_drafts_of_their_organization_only(acme, challenge):
    draft = ChallengeFactory(organization=acme, published_at=None, starts_on=TODAY, ends_on=TODAY)
    ChallengeFactory()
    assert list(queries.challenges_of(acme)) == [draft, challenge]


def rebuild(*arguments):
    out = StringIO()
    call_command("rebuild_standings", *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def test_check_agrees_and_writes_nothing(november, at_noon):
    assert "1 challenges agree" in rebuild("--check")


@pytest.mark.parametrize("model", [Participant, Team, ScoredDay])
def test_check_finds_what_was_tampered_with_and_rebuild_repairs(november, at_noon, model):
    field = "counted" if model is ScoredDay else "score"
    model.objects.update(**{field: 3})
    with pytest.raises(CommandError, match="do not follow"):
        rebuild("--check")
    out = rebuild("--challenge", str(november.pk))
    assert "2 participants" in out
    assert "agree" in rebuild("--check")


def test_rebuild_builds_the_boards(november, at_noon):
    assert boards.read(PEOPLE, november, Ask(limit=5)) is None
    rebuild()
    page = boards.read(PEOPLE, november, Ask(limit=5))
    assert [slot.standing for slot in page.slots] == [9100, 500]


def test_rebuild_without_redis(november, at_noon, settings):
    settings.CACHE_URL = "redis://127.0.0.1:1/7"
    assert "Redis is not available" in rebuild()


@pytest.mark.parametrize("wanted", ["x", "00000000-0000-0000-0000-000000000000"])
def test_rebuild_of_nothing(november, at_noon, wanted):
    with pytest.raises(CommandError, match="no open challenge"):
        rebuild("--challenge", wanted)
