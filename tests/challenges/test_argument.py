"""Arguing with a result: every number is traced to its reports, through the API alone."""

import hashlib
import uuid
from datetime import date, timedelta

import pytest
from django.db import transaction

from challenges import audit, erasure, membership, results, scoring, visibility
from challenges.phases import final_at
from steps import ledger
from tests.factories import NOON, TeamFactory, UserFactory
from tests.steps.statements import IPHONE, PHONE, WATCH, delivery, looked, sample, total
from users.erasure import anonymise
from users.models import Visibility

WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (18, 19, 20))
BOARDS = ("people", "teams", "departments")


class Tracked:
    """Somebody with a phone and a tracker."""

    def __init__(self, person):
        self.person, self.phone, self.cloud = person, uuid.uuid4(), uuid.uuid4()

    @transaction.atomic
    def hear(self, *, at=0, now=None, buckets=(), **content):
        """Take a report as of ``at`` minutes after noon, at ``now`` or at once."""
        on_phone = not buckets
        report = delivery(
            self.person,
            at=at,
            connection=self.phone if on_phone else self.cloud,
            phone=IPHONE if on_phone else None,
            received_at=now or NOON + timedelta(minutes=at),
            buckets=buckets,
            **content,
        )
        recorded = ledger.record(report, why="phone_upload" if on_phone else "provider_report")
        scoring.record_days(
            person_id=self.person.pk, dates=recorded.changed, now=report.received_at
        )


def walked(tracked, level):
    """Three days: over the cap and corrected, swept from two things and typed, below the least."""
    tracked.hear(at=1, buckets=(total(level + 9000, day=WEDNESDAY),))
    tracked.hear(at=2, buckets=(total(level + 6000, day=WEDNESDAY), total(40, day=FRIDAY)))
    since = NOON - timedelta(hours=26)
    name = f"{tracked.person.pk}-"
    tracked.hear(
        at=3,
        samples=(
            sample(f"{name}a", 0, 30, level, since=since),
            sample(f"{name}b", 10, 30, 900, source=PHONE, since=since),
            sample(f"{name}c", 60, 10, 777, source=PHONE, manual=True, since=since),
        ),
    )
    tracked.hear(at=4, samples=(sample(f"{name}d", 120, 5, 250, since=since),))
    tracked.hear(at=5, deleted=(f"{name}d",))
    tracked.hear(
        at=6,
        samples=(sample(f"{name}b", 10, 30, 600, source=PHONE, since=since),),
        window=looked(9, 32, since=since),
    )


@pytest.fixture
def players(acme, alice, bob, challenge):
    """Four people in two teams, one hidden."""
    challenge.daily_cap, challenge.minimum_day = 10_000, 500
    challenge.save()
    hidden = UserFactory(
        organization=acme, display_name="Hidden", leaderboard_visibility=Visibility.HIDDEN
    )
    people = [alice, bob, hidden, UserFactory(organization=acme, display_name="Dan")]
    teams = [TeamFactory(challenge=challenge, name=name) for name in ("Red", "Blue")]
    found = []
    for number, person in enumerate(people):
        membership.join(challenge=challenge, person=person, team=teams[number % 2], now=NOON)
        found.append(Tracked(person))
        walked(found[-1], 2000 + 1500 * number)
    return found


@pytest.fixture
def frozen(challenge, players, time_machine):
    time_machine.move_to(final_at(challenge) + timedelta(hours=1), tick=False)
    return results.finalise(challenge=challenge, now=final_at(challenge))


def read(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def pages(client, path, *, key="results", limit=2):
    """Return all lines of a list, page by page."""
    found, cursor = [], ""
    while cursor is not None:
        page = read(client, f"{path}&limit={limit}{cursor}")
        found += page[key]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    return found


def argue(client, challenge):
    """Trace the asker's own line down to the reports; returns how many reports that took."""
    game = f"challenges/{challenge.pk}"
    me = read(client, f"{game}/leaderboard?board=people")["me"]
    rules, result = read(client, game)["rules"]["data"], read(client, f"{game}/result")
    days = [day for day in read(client, f"{game}/progress")["results"] if day["steps"] is not None]
    assert sum(day["counted"] for day in days) == me["score"]
    assert sum(day["steps"] for day in days) == me["steps"]
    late = {one["date"]: one for one in result["my_corrections"]}
    reports = set()
    for day in days:
        enough = day["steps"] >= rules["minimum_day"]
        assert day["counted"] == (min(day["steps"], rules["daily_cap"]) if enough else 0)
        reports |= trace_day(client, day, result["frozen_at"], late.pop(day["date"], None))
    assert not late
    return len(reports)


def trace_day(client, day, frozen_at, late):
    story = read(client, f"steps/{day['date']}")
    assert story["steps"] == sum(source["counted"] for source in story["sources"])
    assert not any(story["hours"]) or story["steps"] >= sum(h["steps"] for h in story["hours"])
    history = story["history"]
    assert [one["from"] for one in history] == [None, *(one["to"] for one in history[:-1])]
    assert story["steps"] == history[-1]["to"]
    in_time = [one["to"] for one in history if one["at"] < frozen_at]
    assert in_time[-1] == day["steps"]
    if late:
        assert (late["frozen"], len(history) > len(in_time)) == (day["counted"], True)
    for one in history:
        report = read(client, f"reports/{one['report_id']}")
        moved = {key: one[key] for key in ("at", "from", "to", "why")} | {"date": day["date"]}
        assert moved in report["moved"]
        assert report["as_of"] <= report["received_at"] == one["at"]
        assert report["provider"] in {source["provider"] for source in story["sources"]}
    return {one["report_id"] for one in history}


def test_every_line_is_traced_to_its_reports(api, challenge, players, frozen):
    lines = pages(api(players[0].person), f"challenges/{challenge.pk}/leaderboard?", key="entries")
    assert [line["name"] for line in lines] == ["Dan", "Bob Brown", "Alice Adams"]
    for tracked in players:
        assert argue(api(tracked.person), challenge) >= 4


def test_a_report_says_what_of_it_still_holds(api, players, frozen):
    client = api(players[0].person)
    history = read(client, f"steps/{THURSDAY}")["history"]
    first = read(client, f"reports/{history[0]['report_id']}")
    assert [(s["source"]["name"], s["steps"], s["manual_steps"]) for s in first["statements"]] == [
        (WATCH.name, 2000, 0),
        (PHONE.name, 777, 777),
    ]
    assert (first["via"], first["installation_id"]) == ("upload", str(IPHONE))
    assert (first["statements"][0]["start"], first["more"]) == ("2026-11-19T10:00:00Z", False)
    cloud = read(client, f"steps/{WEDNESDAY}")["history"]
    replaced, newest = (read(client, f"reports/{one['report_id']}") for one in cloud)
    assert replaced["statements"] == []
    assert {(s["date"], s["steps"]) for s in newest["statements"]} == {
        (str(WEDNESDAY), 8000),
        (str(FRIDAY), 40),
    }


def test_reports_of_others_do_not_exist(api, players, frozen, charlie):
    report = read(api(players[0].person), f"steps/{THURSDAY}")["history"][0]["report_id"]
    for stranger in (players[1].person, charlie):
        assert api(stranger).get(f"/api/v1/reports/{report}").status_code == 404
    for nothing in (uuid.uuid4(), "x"):
        assert api(players[0].person).get(f"/api/v1/reports/{nothing}").status_code == 404


def test_what_comes_later_stands_beside_the_result_and_opening_again_makes_another(
    api, challenge, players, frozen, hr
):
    client, late = api(players[0].person), final_at(challenge) + timedelta(minutes=5)
    game = f"challenges/{challenge.pk}"
    board = read(client, f"{game}/leaderboard")
    players[0].hear(at=9, now=late, buckets=(total(9500, day=WEDNESDAY),))
    after = read(client, f"{game}/leaderboard")
    for page in (board, after):
        del page["as_of"]
    assert after == board
    corrections = read(client, f"{game}/result")["my_corrections"]
    assert [(c["date"], c["frozen"], c["counted"]) for c in corrections] == [
        (str(WEDNESDAY), 8000, 9500)
    ]
    argue(client, challenge)
    first = outsiders_fingerprint(client, challenge)
    results.reopen(
        challenge=challenge, reason="The tracker's cloud was down", hours=1, now=late, actor=hr
    )
    results.finalise_due(now=late + timedelta(hours=1))
    result = read(client, f"{game}/result")
    assert (result["edition"], result["my_corrections"]) == (2, [])
    assert read(client, f"{game}/leaderboard")["me"]["score"] == board["me"]["score"] + 1500
    second = outsiders_fingerprint(client, challenge)
    assert first != second == result["fingerprint"]
    assert outsiders_fingerprint(client, challenge, edition=1) == first
    trail = [(one.action, one.reason) for one in audit.trail(challenge)]
    assert trail == [
        ("finalised", ""),
        ("reopened", "The tracker's cloud was down"),
        ("finalised", ""),
    ]
    newest, opened, oldest = audit.trail(challenge)
    assert newest.after == {"edition": 2, "fingerprint": second}
    assert opened.before == oldest.after == {"edition": 1, "fingerprint": first}


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def outsiders_fingerprint(client, challenge, *, edition=None):
    """Follow the recipe of docs/challenges.md with nothing but what the API says."""
    game = f"challenges/{challenge.pk}"
    path = f"{game}/result/lines?" + (f"edition={edition}&" if edition else "")
    number = read(client, f"{path}")["edition"]
    text = f"stepwell-result/2\t{challenge.pk}\t{number}\n"
    for board in BOARDS:
        for one in pages(client, f"{path}board={board}"):
            if one["line"]:
                line = one["line"]
                seal, *rest = [line[field] for field in LINE]
                fields = [seal, board, one["place"], *rest]
                assert one["digest"] == sha256("\t".join(map(str, fields)))
            text += f"{board}\t{one['place']}\t{one['digest']}\n"
    assert read(client, f"{path}")["fingerprint"] == sha256(text)
    return sha256(text)


LINE = ("seal", "member", "rank", "score", "tiebreak", "steps", "name")


def test_an_outsider_works_the_fingerprint_out_and_hidden_people_stay_hidden(
    api, challenge, players, frozen
):
    path = f"challenges/{challenge.pk}/result/lines?board=people"
    bob, hidden = api(players[1].person), api(players[2].person)
    assert outsiders_fingerprint(bob, challenge) == frozen.fingerprint
    shown = [(one["shown_as"], bool(one["line"])) for one in pages(bob, path)]
    assert shown == [("Dan", True), (None, False), ("Bob Brown", True), ("Alice Adams", True)]
    own = next(one for one in pages(hidden, path) if one["is_me"])
    assert (own["line"]["score"], own["shown_as"]) == (15_200, "Hidden")
    assert outsiders_fingerprint(hidden, challenge) == frozen.fingerprint


def test_who_hides_or_is_erased_later_breaks_no_fingerprint(api, challenge, players, frozen):
    path = f"challenges/{challenge.pk}/result/lines?board=people"
    alice, dan, client = players[0].person, players[3].person, api(players[1].person)
    alice.leaderboard_visibility = Visibility.HIDDEN
    alice.save()
    visibility.apply(person_id=alice.pk, now=NOON)
    erasure.erase_person(person_id=dan.pk, now=final_at(challenge))
    anonymise(dan)
    shown = [one["shown_as"] for one in pages(client, path)]
    assert shown == ["Former participant", None, "Bob Brown", None]
    assert outsiders_fingerprint(client, challenge) == frozen.fingerprint


@pytest.mark.parametrize(
    ("query", "status"),
    [("board=x", 400), ("cursor=-1", 400), ("limit=0", 400), ("edition=9", 404), ("cursor=a", 400)],
)
def test_lines_that_cannot_be_asked_for(api, challenge, players, frozen, query, status):
    url = f"/api/v1/challenges/{challenge.pk}/result/lines?{query}"
    assert api(players[0].person).get(url).status_code == status


def test_lines_are_walled_and_exist_only_once_frozen(api, challenge, players, charlie, alice):
    url = f"/api/v1/challenges/{challenge.pk}/result/lines"
    assert api(charlie).get(url).status_code == 404
    early = api(alice).get(url)
    assert (early.status_code, early.json()["code"]) == (404, "not_final")
