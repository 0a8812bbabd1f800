"""The demo's people and their steps, without a running Stepwell."""

import json
import stat
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from demo import cast, private_json, trackers
from demo.browser import ConsentForm, outcome
from demo.cast import Tracker, Trouble
from demo.phone_steps import samples_of
from users.models import known_zones

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY, SUNDAY = date(2026, 11, 13), date(2026, 11, 15)


def test_there_are_sixty_people_of_all_kinds():
    people = cast.company()
    assert len(people) == len({person.email for person in people}) == 60
    trackers_of = [person.tracker for person in people]
    assert trackers_of.count(Tracker.FITBIT) >= 35
    assert trackers_of.count(Tracker.PHONE) >= 12
    assert set(trackers_of) == set(Tracker)
    assert {person.trouble for person in people} == set(Trouble)
    assert {person.zone for person in people} <= known_zones()
    assert all(person.email.endswith(".example") for person in [*people, *cast.bakery()])


def test_everybody_who_is_named_is_there():
    emails = {person.email for person in cast.company()}
    assert {cast.HR_MANAGER, cast.HR_VIEWER, cast.OPERATOR, cast.TOURIST} <= emails
    assert cast.STRANGER in {person.email for person in cast.bakery()}


def test_the_tour_has_an_account_but_no_tracker_of_its_own():
    [tourist] = [person for person in cast.company() if person.email == cast.TOURIST]
    assert (tourist.tracker, tourist.trouble) == (Tracker.NONE, Trouble.NONE)
    account = trackers.account(tourist, now=NOW)
    assert account["email"] == cast.TOURIST
    assert date.fromisoformat(account["walk"]["since"]) <= NOW.date() - timedelta(days=21)


def _day(day, *, daily=8000, until=NOW):
    return samples_of(email="a@b.example", day=day, zone=BERLIN, daily=daily, until=until)


def test_a_day_is_the_same_whenever_it_is_told():
    assert _day(FRIDAY) == _day(FRIDAY)
    assert {sample["id"] for sample in _day(FRIDAY)}.isdisjoint(
        sample["id"] for sample in _day(SUNDAY)
    )


def test_a_day_that_is_going_on_only_grows():
    noon = datetime(2026, 11, 13, 12, tzinfo=BERLIN)
    early, late = _day(FRIDAY, until=noon), _day(FRIDAY, until=noon + timedelta(hours=9))
    assert 0 < len(early) < len(late)
    assert [sample for sample in late if sample in early] == early


def test_watch_and_phone_overlap_and_the_watch_is_believable():
    by_device = {"Watch7,5": 0, "iPhone17,1": 0}
    for sample in _day(FRIDAY):
        by_device[sample["source"]["product"]] += sample["count"]
        assert sample["start"] < sample["end"]
    watch, phone = by_device.values()
    assert phone > 0.3 * watch
    assert 5000 < watch < 12000


def test_weekends_are_lazier():
    weeks = [FRIDAY - timedelta(weeks=week) for week in range(20)]

    def counted(day):
        return sum(
            sample["count"] for sample in _day(day) if sample["source"]["product"] == "Watch7,5"
        )

    fridays = sum(counted(day) for day in weeks)
    sundays = sum(counted(day + timedelta(days=2)) for day in weeks)
    assert sundays < 0.9 * fridays


def test_a_private_file_is_private_and_replaced_as_a_whole(tmp_path):
    path = tmp_path / "var" / "demo.json"
    private_json.write(path, {"a": 1})
    path.chmod(0o644)
    private_json.write(path, {"a": 2})
    assert json.loads(path.read_text()) == private_json.read(path) == {"a": 2}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["demo.json"]


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_damaged_private_file_counts_as_none(tmp_path, content):
    path = tmp_path / "demo.json"
    path.write_text(content)
    assert private_json.read(path) == {}


def test_a_consent_page_is_read_as_a_browser_shows_it():
    form = ConsentForm(
        '<form><input type="hidden" name="state" value="s&amp;t">'
        '<input type="radio" name="account" value="a@b.example">'
        '<input type="checkbox" name="granted" value="x.steps" checked>'
        '<input type="checkbox" name="granted" value="x.sleep"><input type="text" name="q"></form>'
    )
    assert form.hidden == [("state", "s&t")]
    assert (form.accounts, form.scopes) == (["a@b.example"], ["x.steps"])


@pytest.mark.parametrize(
    ("landing", "said"),
    [
        ("http://x.example/oauth/done?result=connected", "connected"),
        ("stepwell://done?a=b&error=wrong_account", "wrong_account"),
        ("http://x.example/", ""),
    ],
)
def test_the_landing_address_says_how_it_went(landing, said):
    assert outcome(landing) == said
