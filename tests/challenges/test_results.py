"""The end: freezing, what comes too late, opening again, the trail of it all."""

import hashlib
from datetime import date, timedelta

import pytest

from challenges import audit, membership, planning, results, visibility
from challenges.models import AuditEntry, Challenge, Correction, Result, ResultLine, Team
from challenges.phases import final_at, over_at
from challenges.plan_rules import PlanInvalid
from challenges.tasks import finalise_challenges
from steps.models import Day
from tests.factories import NOON, TeamFactory, UserFactory
from users.models import Visibility

LATE = date(2026, 11, 30)


@pytest.fixture
def final(challenge):
    return final_at(challenge)


@pytest.fixture
def played(acme, challenge, join, walk):
    """Four people of whom two are equal and one is hidden, in two teams."""
    teams = [TeamFactory(challenge=challenge, name=name) for name in ("Red", "Blue")]
    people = [UserFactory(organization=acme, display_name=name) for name in "ABCD"]
    people[1].leaderboard_visibility = Visibility.HIDDEN
    people[1].save()
    for person, steps, team in zip(people, (9000, 8000, 7000, 7000), teams * 2, strict=True):
        join(person, team)
        walk(person, steps)
    return people


def test_nothing_is_frozen_before_its_time(challenge, played, final):
    early = final - timedelta(seconds=1)
    assert results.finalise(challenge=challenge, now=early) is None
    assert results.finalise_due(now=early) == 0
    assert not Result.objects.exists()


def test_frozen_once_with_places_ranks_and_a_fingerprint(challenge, played, final):
    result = results.finalise(challenge=challenge, now=final)
    lines = result.lines.filter(board="people").order_by("place")
    found = [(one.place, one.rank, one.score, one.hidden) for one in lines]
    assert found == [
        (1, 1, 9000, False),
        (2, 2, 8000, True),
        (3, 2, 7000, False),
        (4, 2, 7000, False),
    ]
    teams = result.lines.filter(board="teams").order_by("place")
    assert [(one.rank, one.score, one.members) for one in teams] == [(1, 16000, 2), (2, 15000, 2)]
    assert (result.edition, result.frozen_at) == (1, final)
    assert results.agrees(result)
    assert results.finalise(challenge=challenge, now=final) is None
    assert results.finalise_due(now=final) == 0
    assert Result.objects.count() == 1


def test_anybody_can_work_the_fingerprint_out(challenge, played, final):
    result = results.finalise(challenge=challenge, now=final)
    text = f"stepwell-result/2\t{challenge.pk}\t1\n"
    for board in ("people", "teams"):
        for one in result.lines.filter(board=board).order_by("place"):
            numbers = (one.place, one.member, one.rank, one.score, one.tiebreak, one.steps)
            line = "\t".join([one.seal, board, *map(str, numbers), one.name])
            text += f"{board}\t{one.place}\t{hashlib.sha256(line.encode()).hexdigest()}\n"
    assert result.fingerprint == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("field", ["score", "rank", "steps", "tiebreak"])
def test_a_line_that_was_tampered_with_no_longer_agrees(challenge, played, final, field):
    result = results.finalise(challenge=challenge, now=final)
    line = result.lines.filter(board="people").first()
    ResultLine.objects.filter(pk=line.pk).update(**{field: getattr(line, field) + 1})
    assert not results.agrees(result)


def test_what_comes_too_late_is_noted_and_changes_nothing(challenge, played, walk, final, look):
    result = results.finalise(challenge=challenge, now=final)
    before = look(played[0], now=final)
    walk(played[2], 99_000, now=final + timedelta(minutes=5))
    walk(played[3], 500, LATE, now=final + timedelta(minutes=5))
    assert look(played[0], now=final) == before
    noted = Correction.objects.order_by("date").values_list("date", "frozen", "counted")
    assert list(noted) == [(date(2026, 11, 20), 7000, 99_000), (LATE, None, 500)]
    assert results.agrees(result)
    walk(played[2], 7000, now=final + timedelta(minutes=9))
    assert list(Correction.objects.values_list("date", flat=True)) == [LATE]


def test_a_final_board_is_read_from_the_result(challenge, played, final, look):
    board = look(played[1], now=final)
    results.finalise(challenge=challenge, now=final)
    frozen = look(played[1], now=final)
    assert frozen.entries == board.entries
    assert frozen.me == board.me
    assert (board.fingerprint, frozen.state) == (None, "final")
    assert frozen.fingerprint == Result.objects.get().fingerprint
    Team.objects.update(score=1)
    assert [entry.score for entry in look(played[0], board="teams", now=final).entries] == [
        16000,
        15000,
    ]


def test_pages_and_windows_of_a_final_board(challenge, played, final, look):
    results.finalise(challenge=challenge, now=final)
    seen, cursor = [], None
    for _ in range(3):
        page = look(played[0], limit=1, cursor=cursor, now=final)
        seen += [(entry.rank, entry.name) for entry in page.entries]
        cursor = page.next
    assert (seen, cursor) == ([(1, "A"), (2, "C"), (2, "D")], None)
    around = look(played[3], view="around_me", limit=2, now=final)
    assert [entry.name for entry in around.entries] == ["C", "D"]


def test_who_hides_later_goes_and_no_rank_moves(challenge, played, final, look):
    results.finalise(challenge=challenge, now=final)
    played[0].leaderboard_visibility = Visibility.HIDDEN
    played[0].save()
    visibility.apply(person_id=played[0].pk, now=final)
    assert [(e.rank, e.name) for e in look(played[2], now=final).entries] == [(2, "C"), (2, "D")]


def test_opened_again_with_a_reason_late_steps_count_and_a_new_edition_follows(
    challenge, played, walk, final, look, hr
):
    first = results.finalise(challenge=challenge, now=final)
    walk(played[2], 20_000, now=final + timedelta(hours=1))
    again = final + timedelta(days=20)
    results.reopen(
        challenge=challenge, reason="Server of a tracker down", hours=24, now=again, actor=hr
    )
    assert not Correction.objects.exists()
    challenge.refresh_from_db()
    assert look(played[0], now=again).state == "provisional"
    assert look(played[0], now=again).entries[0].name == "C"
    walk(played[3], 30_000, now=again + timedelta(hours=23))
    assert results.finalise_due(now=again + timedelta(hours=23)) == 0
    assert results.finalise_due(now=again + timedelta(hours=24)) == 1
    second = results.current(challenge)
    assert (second.edition, Result.objects.count()) == (2, 2)
    assert second.fingerprint != first.fingerprint
    first.refresh_from_db()
    assert first.superseded_at == again
    assert results.agrees(first)
    challenge.refresh_from_db()
    assert [e.name for e in look(played[0], now=again + timedelta(days=9)).entries] == [
        "D",
        "C",
        "A",
    ]


@pytest.mark.parametrize(
    ("reason", "hours", "field"), [("  ", 24, "reason"), ("Why", 0, "hours"), ("Why", 73, "hours")]
)
def test_opening_again_is_refused_without_reason_or_sense(
    challenge, played, final, reason, hours, field
):
    results.finalise(challenge=challenge, now=final)
    with pytest.raises(PlanInvalid) as caught:
        results.reopen(challenge=challenge, reason=reason, hours=hours, now=final, actor=None)
    assert set(caught.value.errors) == {field}


def test_what_is_not_frozen_cannot_be_opened(challenge):
    with pytest.raises(PlanInvalid) as caught:
        results.reopen(challenge=challenge, reason="Why", hours=1, now=NOON, actor=None)
    assert set(caught.value.errors) == {"state"}


def test_the_trail(acme, hr, final):
    challenge = planning.create_draft(
        organization=acme,
        name="N",
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 11, 30),
        now=NOON,
        actor=hr,
    )
    planning.publish(challenge=challenge, now=NOON, actor=hr)
    planning.edit(challenge=challenge, now=NOON, actor=hr, name="November", grace_hours=48)
    planning.create_teams(challenge=challenge, names=["Red"], now=NOON, actor=hr)
    results.finalise(challenge=challenge, now=final)
    results.reopen(challenge=challenge, reason="Why not", hours=1, now=final, actor=hr)
    entries = list(audit.trail(challenge))
    assert [(one.action, one.actor) for one in entries] == [
        ("reopened", hr),
        ("finalised", None),
        ("teams_added", hr),
        ("edited", hr),
        ("published", hr),
        ("created", hr),
    ]
    assert (entries[3].before, entries[3].after) == ({"name": "N"}, {"name": "November"})
    assert entries[0].reason == "Why not"
    assert entries[5].after["starts_on"] == "2026-11-01"
    assert entries[1].after["fingerprint"] == entries[0].before["fingerprint"]


def test_an_edit_that_changes_nothing_leaves_no_trace(challenge):
    planning.edit(challenge=challenge, now=NOON, name=challenge.name)
    assert not AuditEntry.objects.exists()


def test_a_frozen_challenge_stays_final_for_a_clock_that_lags(
    challenge, played, walk, final, standing
):
    results.finalise(challenge=challenge, now=final)
    walk(played[0], 1, now=final - timedelta(seconds=5))
    assert standing(played[0]) == (9000, 9000)


def test_closing_ends_a_challenge_today_everywhere(challenge, hr, alice, join, walk, standing):
    join(alice)
    walk(alice, 100)
    closed = planning.close(challenge=challenge, now=NOON, actor=hr)
    assert closed.ends_on == date(2026, 11, 21)
    assert planning.close(challenge=challenge, now=NOON).ends_on == date(2026, 11, 21)
    assert AuditEntry.objects.get().before == {"ends_on": "2026-11-30"}
    assert standing(alice) == (100, 100)
    with pytest.raises(PlanInvalid):
        planning.close(challenge=challenge, now=over_at(closed.ends_on))


def test_a_race_has_no_last_day_until_it_is_closed(acme, alice, api):
    race = planning.create_draft(
        organization=acme,
        name="Race",
        starts_on=date(2026, 11, 1),
        ends_on=None,
        now=NOON,
        kind="race",
        settings={"target": 10_000},
    )
    planning.publish(challenge=race, now=NOON)
    membership.join(challenge=race, person=alice, now=NOON)
    planning.close(challenge=race, now=NOON)
    stored = Challenge.objects.get(pk=race.pk)
    assert stored.ends_on == date(2026, 11, 21)
    assert results.finalise(challenge=race, now=final_at(stored)) is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": None}, "ends_on"),
        ({"kind": "sleep"}, "kind"),
        ({"kind": ["race"]}, "kind"),
        ({"kind": "race"}, "settings"),
        ({"kind": "race", "settings": {"target": -1}}, "settings"),
        ({"kind": "bracket", "ends_on": date(2026, 11, 29)}, "settings"),
        ({"settings": {"x": 1}}, "settings"),
        ({"manual_policy": "limit"}, "manual_limit"),
        ({"manual_limit": 100}, "manual_limit"),
        ({"minimum_day": -1}, "minimum_day"),
        ({"zone_rule": "moon"}, "zone_rule"),
        ({"providers": "fitbit"}, "providers"),
        ({"providers": ["../x"]}, "providers"),
        ({"late_joiners": "never"}, "late_joiners"),
        ({"conversions": "none"}, "conversions"),
        ({"team_rules": {"mode": "best"}}, "team_rules"),
    ],
)
def test_bad_rules_are_told_by_field(acme, changes, field):
    plan = {"name": "N", "starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 30)}
    with pytest.raises(PlanInvalid) as caught:
        planning.create_draft(organization=acme, now=NOON, **{**plan, **changes})
    assert set(caught.value.errors) == {field}
    assert not Challenge.objects.exists()


def test_a_field_that_does_not_exist(acme):
    with pytest.raises(TypeError):
        planning.create_draft(
            organization=acme,
            name="N",
            starts_on=date(2026, 11, 1),
            ends_on=date(2026, 11, 30),
            now=NOON,
            frozen_at=NOON,
        )


def test_the_task_freezes_what_is_due(challenge, played, final, time_machine):
    time_machine.move_to(final, tick=False)
    finalise_challenges()
    finalise_challenges()
    assert Result.objects.get().frozen_at == final


def test_over_http(api, challenge, played, walk, final, time_machine):
    url = f"/api/v1/challenges/{challenge.pk}/result"
    time_machine.move_to(NOON, tick=False)
    early = api(played[2]).get(url)
    assert (early.status_code, early.json()["code"]) == (404, "not_final")
    results.finalise(challenge=challenge, now=final)
    walk(played[2], 99_000, now=final)
    body = api(played[2]).get(url).json()
    assert body["fingerprint"] == Result.objects.get().fingerprint
    assert (body["edition"], body["corrections"]) == (1, 1)
    assert [(one["frozen"], one["counted"]) for one in body["my_corrections"]] == [(7000, 99_000)]
    assert api(played[0]).get(url).json()["my_corrections"] == []


def test_days_of_the_ledger_are_free_to_change(challenge, played, final):
    results.finalise(challenge=challenge, now=final)
    Day.objects.update(steps=1)
    assert ResultLine.objects.filter(board="people", score=9000).exists()
