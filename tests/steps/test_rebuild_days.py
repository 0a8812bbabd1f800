"""``rebuild_days`` proves that kept days follow from the facts, names what does not, repairs it."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from challenges.models import Participant
from steps.models import Day, DayChange
from tests.factories import NOON, ChallengeFactory, DayFactory, ParticipantFactory
from tests.steps.statements import PHONE, TODAY, cloud, record, sample, steps_on, total

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def walked(alice, time_machine):
    """Alice with two days of steps that count in a challenge."""
    time_machine.move_to(NOON, tick=False)
    challenge = ChallengeFactory(organization=alice.organization)
    record(alice, samples=(sample("w", 0, 10, 100), sample("p", 5, 10, 80, source=PHONE)))
    cloud(alice, total(4000, day=YESTERDAY))
    ParticipantFactory(challenge=challenge, person=alice)
    return alice


def run(*options):
    out, error = io.StringIO(), io.StringIO()
    call_command("rebuild_days", *options, stdout=out, stderr=error)
    return out.getvalue(), error.getvalue()


def check(*options):
    out = io.StringIO()
    with pytest.raises(CommandError) as found:
        call_command("rebuild_days", *options, "--check", stdout=out, stderr=io.StringIO())
    assert found.value.returncode == 1
    return out.getvalue(), str(found.value)


def test_what_follows_from_the_facts_agrees(walked):
    out, progress = run("--person", "Alice@acme.example", "--check")
    assert "2 days agree" in out
    assert "1 of 1 people (100 %)" in progress


def test_a_wrong_a_missing_and_an_invented_day_are_named_and_repaired(walked):
    Day.objects.filter(date=TODAY).update(steps=999)
    Day.objects.filter(date=YESTERDAY).delete()
    invented = DayFactory(person=walked, date=TODAY - timedelta(days=5), steps=5)
    names, verdict = check("--all")
    assert f"alice@acme.example {TODAY}: kept 999, with hand-typed 140" in names
    assert f"{YESTERDAY}: kept None, with hand-typed None; the facts say 4000" in names
    assert f"{invented.date}: kept 5, with hand-typed 5; the facts say None" in names
    assert verdict == "3 of 3 days do not follow from their facts."
    out, _ = run("--organization", str(walked.organization_id))
    assert "3 days rebuilt, 3 repaired" in out
    assert (steps_on(walked), steps_on(walked, YESTERDAY)) == (140, 4000)
    assert steps_on(walked, invented.date) is None
    change = DayChange.objects.filter(person=walked, date=TODAY).latest("pk")
    assert (change.why, change.steps_before, change.steps_after) == ("rebuilt", 999, 140)
    run("--all", "--check")


def test_scores_follow_the_repair(walked):
    run("--all")
    Day.objects.filter(date=TODAY).update(steps=999)
    run("--all")
    assert Participant.objects.get(person=walked).steps == 140


def test_a_range_leaves_the_other_days_alone(walked):
    Day.objects.update(steps=1)
    out, _ = run("--all", "--from", str(TODAY), "--to", str(TODAY))
    assert "1 days rebuilt, 1 repaired" in out
    assert (steps_on(walked), steps_on(walked, YESTERDAY)) == (140, 1)


def test_others_are_not_touched(walked, charlie):
    DayFactory(person=charlie, date=TODAY, steps=5)
    run("--organization", str(walked.organization_id))
    assert steps_on(charlie) == 5


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--person", "nobody@acme.example"],
        ["--organization", "00000000-0000-0000-0000-000000000001"],
        ["--all", "--person", "alice@acme.example"],
        ["--all", "--from", "yesterday"],
    ],
)
def test_a_call_that_names_nobody_is_refused(db, options):
    with pytest.raises(CommandError):
        run(*options)
