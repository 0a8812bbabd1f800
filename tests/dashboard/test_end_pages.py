"""The end of a challenge: who is open, freezing, opening again, corrections, files."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from challenges import results, scoring
from challenges.models import AuditEntry, Challenge, ResultLine, Team
from dashboard.provisional import provisional_people
from steps.models import Day, Freshness
from tests.dashboard import people as made
from tests.factories import ParticipantFactory, TeamFactory, UserFactory
from users.models import Group, Visibility

DAY = timedelta(days=1)


def words(answer):
    return " ".join(answer.content.decode().split())


def address(name, challenge, **more):
    return reverse(f"dashboard:{name}", kwargs={"challenge_id": challenge.pk} | more)


def file_of(staff, challenge, what, form):
    return staff.get(address("challenge-export", challenge, what=what, form=form))


def table(answer):
    text = answer.content.decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def running(acme):
    return made.running_challenge(acme, made.everybody(acme))


def ended(challenge, *, days_ago, grace_hours=72):
    """Let the last day have been ``days_ago``."""
    today = timezone.now().date()
    challenge.starts_on, challenge.ends_on = today - 9 * DAY, today - days_ago * DAY
    challenge.grace_hours = grace_hours
    challenge.save()
    return challenge


@pytest.fixture
def closing(running):
    return ended(running, days_ago=2)


@pytest.fixture
def frozen(running):
    final = ended(running, days_ago=4, grace_hours=0)
    assert results.finalise(challenge=final, now=timezone.now())
    final.refresh_from_db()
    return final


def test_who_is_provisional_is_told_with_the_reason(staff, closing):
    answer = staff.get(address("challenge-end", closing))
    names = {row.person.display_name for row in answer.context["listed"].rows}
    assert {"Rita Revoked", "Nora Never"} <= names
    assert "Fresh 0" not in names
    page = words(answer)
    assert f"{len(names)} people are still provisional" in page
    assert "Access was withdrawn at Fitbit" in page
    assert "No tracker connected" in page
    assert "Late steps still count until" in page


def test_the_own_calendar_decides_who_is_settled(closing):
    east = UserFactory(organization=closing.organization, timezone="Pacific/Kiritimati")
    west = UserFactory(organization=closing.organization, timezone="Pacific/Pago_Pago")
    for person in (east, west):
        ParticipantFactory(challenge=closing, person=person)
        over_in_the_east = east.calendar.bounds(closing.ends_on)[1]
        Freshness.objects.create(person=person, confirmed_at=over_in_the_east)
    waiting = provisional_people(closing)
    assert west in waiting
    assert east not in waiting


def test_nobody_is_provisional_while_it_runs(staff, running):
    page = words(staff.get(address("challenge-end", running)))
    assert "provisional" not in page
    assert "There is none before the challenge is final." in page


def test_the_countdown_refreshes_itself(staff, closing, partial):
    page = words(staff.get(address("end-now", closing), headers=partial))
    assert 'id="end-now"' in page
    assert "<html" not in page


def test_a_running_challenge_is_ended_today_after_being_asked(staff, running):
    where = address("challenge-close", running)
    before = running.ends_on
    assert "End it today?" in words(staff.get(where))
    running.refresh_from_db()
    assert running.ends_on == before
    assert "Today is the last day." in words(staff.post(where, follow=True))
    running.refresh_from_db()
    assert running.ends_on <= timezone.now().date() + DAY
    assert AuditEntry.objects.get(action="closed").actor.email == "hr@acme.example"


def test_what_is_over_cannot_be_ended(staff, closing):
    where = address("challenge-close", closing)
    assert "It cannot be ended" in words(staff.get(where))
    page = words(staff.post(where, follow=True))
    assert "Only a challenge that is running can be closed." in page


def test_the_result_is_shown_with_its_fingerprint(staff, frozen):
    result = results.current(frozen)
    page = words(staff.get(address("challenge-end", frozen)))
    assert result.fingerprint in page
    assert "Agrees" in page
    ResultLine.objects.filter(result=result, board="people", place=1).update(score=1)
    assert "Differs" in words(staff.get(address("challenge-end", frozen)))


def test_corrections_stand_beside_the_result(staff, frozen):
    row = frozen.participants.get(person__display_name="Fresh 0")
    day = frozen.ends_on
    Day.objects.filter(person=row.person, date=day).update(steps=23_456, steps_with_manual=23_456)
    with transaction.atomic():
        scoring.record_days(person_id=row.person_id, dates=[day], now=timezone.now())
    where = address("challenge-end", frozen)
    assert "23,456" in words(staff.get(where))
    row.person.leaderboard_visibility = Visibility.ALIAS
    row.person.save()
    assert "23,456" not in words(staff.get(where))


def test_opening_again_needs_a_reason_and_keeps_the_old_result(staff, frozen):
    old = results.current(frozen).fingerprint
    where = address("challenge-reopen", frozen)
    assert list(staff.post(where, {"hours": "5"}).context["form"].errors) == ["reason"]
    errors = staff.post(where, {"hours": "73", "reason": "x"}).context["form"].errors
    assert list(errors) == ["hours"]
    assert Challenge.objects.get(pk=frozen.pk).frozen_at
    staff.post(where, {"hours": "5", "reason": "The provider was down"})
    assert Challenge.objects.get(pk=frozen.pk).frozen_at is None
    assert old in words(staff.get(address("challenge-end", frozen)))
    trail = words(staff.get(address("challenge-audit", frozen)))
    assert "“The provider was down”" in trail
    assert "Hana HR" in trail
    assert "Stepwell" in trail


def test_what_is_not_frozen_cannot_be_opened(staff, closing):
    where = address("challenge-reopen", closing)
    assert "There is nothing to open" in words(staff.get(where))
    page = words(staff.post(where, {"hours": "5", "reason": "x"}))
    assert "Only a challenge whose result is frozen" in page


def test_the_result_as_files(staff, frozen):
    rows = table(file_of(staff, frozen, "result", "csv"))
    people = [row for row in rows if row["board"] == "people"]
    assert len(people) == 10
    assert people[0]["rank"] == "1"
    answer = file_of(staff, frozen, "result", "json")
    body = answer.json()
    assert body["fingerprint"] == results.current(frozen).fingerprint
    assert len(body["rows"]) == len(rows)
    assert 'filename="walk-the-alps-result.json"' in answer["Content-Disposition"]


def test_a_result_file_leaves_out_who_hides_and_small_teams(staff, acme, frozen):
    hidden = frozen.participants.get(person__display_name="Fresh 1")
    hidden.person.leaderboard_visibility = Visibility.HIDDEN
    hidden.person.save()
    body = file_of(staff, frozen, "result", "json").json()
    names = {row["name"] for row in body["rows"]}
    assert "Fresh 1" not in names
    assert hidden.team.name not in names
    assert body["lines_left_out"] == body["lines"] - len(body["rows"]) > 0


def renamed_since(frozen):
    """Call every group of a frozen challenge something else, and two what the other was called."""
    for team in Team.objects.all():
        team.name = f"Now {team.name}"
        team.save()
    first, second = Group.objects.order_by("name")
    names = first.name, second.name
    Group.objects.filter(pk=second.pk).update(name="For a moment")
    Group.objects.filter(pk=first.pk).update(name=names[1])
    Group.objects.filter(pk=second.pk).update(name=names[0])


@pytest.fixture
def frozen_with_departments(acme, running):
    for name, remainder in (("Sales", 0), ("Works", 1)):
        group = Group.objects.create(organization=acme, kind="department", name=name)
        rows = running.participants.select_related("person").order_by("pk")
        group.people.set(row.person for row in rows[remainder::2])
    final = ended(running, days_ago=4, grace_hours=0)
    assert results.finalise(challenge=final, now=timezone.now())
    return Challenge.objects.get(pk=final.pk)


def test_a_file_equals_the_frozen_result_whatever_groups_are_called_now(
    staff, frozen_with_departments
):
    frozen = frozen_with_departments
    before = file_of(staff, frozen, "result", "csv").content
    renamed_since(frozen)
    assert file_of(staff, frozen, "result", "csv").content == before
    body = file_of(staff, frozen, "result", "json").json()
    lines = results.current(frozen).lines.exclude(board="people").order_by("-board", "place")
    assert [row for row in body["rows"] if row["board"] != "people"] == [
        {
            "board": line.board,
            "rank": line.rank,
            "name": line.name,
            "score": line.score,
            "steps": line.steps,
            "members": line.members,
        }
        for line in lines
    ]
    assert {line.name for line in lines} == {"Ibex", "Lynx", "Sales", "Works"}
    assert body["lines_left_out"] == 0


@pytest.mark.parametrize("board", ["teams", "departments"])
def test_the_boards_of_a_frozen_result_keep_their_names(staff, frozen_with_departments, board):
    where = address("challenge-standings", frozen_with_departments)
    before = staff.get(where, {"board": board}).context["entries"]
    assert len(before) == 2
    renamed_since(frozen_with_departments)
    answer = staff.get(where, {"board": board})
    assert answer.context["entries"] == before
    assert answer.context["left_out"] == 0


def test_a_department_that_was_dissolved_is_left_out_and_counted(staff, frozen_with_departments):
    Group.objects.filter(name="Sales").delete()
    body = file_of(staff, frozen_with_departments, "result", "json").json()
    names = {row["name"] for row in body["rows"] if row["board"] == "departments"}
    assert "Sales" not in names
    assert body["lines_left_out"] >= 1


def test_before_the_end_there_is_no_result_file(staff, running):
    assert file_of(staff, running, "result", "csv").status_code == 404


def test_participation_as_files(staff, running):
    private = running.participants.get(person__display_name="Fresh 2")
    private.person.leaderboard_visibility = Visibility.ALIAS
    private.person.save()
    rows = {row["name"]: row for row in table(file_of(staff, running, "participation", "csv"))}
    assert len(rows) == 10
    assert rows["Fresh 2"]["score"] == rows["Fresh 2"]["days_known"] == ""
    assert rows["Rita Revoked"]["why"] == "Access was withdrawn at Fitbit"
    body = file_of(staff, running, "participation", "json").json()
    assert len(body["rows"]) == 10


@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "+1", "-1+1", "@SUM(1)"])
def test_files_hold_no_formulas(staff, running, evil):
    TeamFactory(challenge=running, name=evil)
    row = running.participants.get(person__display_name="Fresh 3")
    row.person.display_name = evil
    row.person.save()
    body = file_of(staff, running, "participation", "csv").content.decode()
    assert f"'{evil}" in body
    assert f"\n{evil}" not in body
    assert f",{evil}" not in body


def test_a_name_without_letters_still_names_a_file(staff, running):
    running.name = "…"
    running.save()
    answer = file_of(staff, running, "participation", "csv")
    assert 'filename="challenge-participation.csv"' in answer["Content-Disposition"]


def test_an_audit_trail_without_entries_says_so(staff, running):
    assert "Nothing was recorded yet." in words(staff.get(address("challenge-audit", running)))
