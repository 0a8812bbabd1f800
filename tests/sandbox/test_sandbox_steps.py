"""Scripting days: totals, additions, deletions, late data, and the walk that never ends."""

import pytest

ADA = "people/ada@example.com"
TODAY = "2026-11-20"


@pytest.mark.usefixtures("ada")
def test_total_is_exact_and_replaced_by_the_next(stand):
    for total in (8421, 1, 0, 123_457, 17):
        assert stand.steps(date="2026-11-19", total=total) == {"2026-11-19": total}


def test_total_of_today_falls_before_now(stand, token):
    stand.steps(date=TODAY, total=4000)
    points = stand.get(token, "dataTypes/steps/dataPoints").json()["dataPoints"]
    assert sum(int(one["steps"]["count"]) for one in points) == 4000
    assert points[0]["steps"]["interval"]["endTime"] <= "2026-11-20T17:00:00Z"
    assert points[-1]["steps"]["interval"]["startTime"] >= "2026-11-20T05:00:00Z"


@pytest.mark.usefixtures("ada")
def test_total_of_a_day_just_begun(stand):
    stand.knobs(frozen_now="2026-11-20T05:00:30Z")
    assert stand.steps(date=TODAY, total=700) == {TODAY: 700}


def test_until_limits_the_day(stand, token):
    stand.steps(date="2026-11-19", total=3000, until="2026-11-19T14:00:00Z")
    newest = stand.get(token, "dataTypes/steps/dataPoints").json()["dataPoints"][0]
    assert newest["steps"]["interval"]["endTime"] <= "2026-11-19T14:00:00Z"
    assert stand.truth() == {"2026-11-19": 3000}


def test_adding_steps_puts_them_into_the_latest_minutes(stand, token):
    stand.steps(date=TODAY, total=1000)
    assert stand.steps(date=TODAY, add=500) == {TODAY: 1500}
    newest = stand.get(token, "dataTypes/steps/dataPoints").json()["dataPoints"][0]
    assert newest["steps"]["interval"]["endTime"] == "2026-11-20T17:00:00Z"
    assert stand.steps(date="2026-11-19", add=500) == {"2026-11-19": 500}


def test_deleting_and_replacing_a_day(stand, token):
    stand.steps(date="2026-11-19", total=1000)
    stand.steps(points=[{"start": "2026-11-19T15:00:00Z", "count": 5, "source": "phone"}])
    assert stand.control("DELETE", f"{ADA}/steps?date=2026-11-19") == {"days": {"2026-11-19": None}}
    assert stand.daily(token, "2026-11-19", "2026-11-20").json() == {}
    stand.steps(date="2026-11-19", total=1000)
    point = {"start": "2026-11-19T15:00:00Z", "count": 5}
    assert stand.steps(replace_day="2026-11-19", points=[point]) == {"2026-11-19": 5}
    assert stand.steps(points=[point]) == {"2026-11-19": 10}


@pytest.mark.parametrize("late", [9900, 100, 0])
def test_late_total_goes_up_or_down_at_its_instant(stand, token, late):
    stand.steps(date="2026-11-18", total=5000)
    body = {"date": "2026-11-18", "total": late, "visible_at": "2026-11-20T17:05:00Z"}
    stand.control("POST", f"{ADA}/late", body)
    assert stand.daily_days(token, "2026-11-18", "2026-11-19") == {"2026-11-18": 5000}
    stand.knobs(frozen_now="2026-11-20T17:04:59Z")
    assert stand.truth() == {"2026-11-18": 5000}
    stand.knobs(frozen_now="2026-11-20T17:05:00Z")
    assert stand.truth() == {"2026-11-18": late}
    assert stand.daily_days(token, "2026-11-18", "2026-11-19") == {"2026-11-18": late}


@pytest.mark.usefixtures("ada")
def test_late_deletion_late_points_and_several_in_a_row(stand):
    stand.steps(date="2026-11-18", total=5000)
    at = "2026-11-20T17:0{}:00Z"
    point = {"start": "2026-11-18T02:00:00Z", "count": 5}
    for body in (
        {"visible_at": at.format(3), "date": "2026-11-18", "total": 3},
        {"visible_at": at.format(1), "date": "2026-11-18", "gone": True},
        {"visible_at": at.format(2), "points": [point]},
    ):
        stand.control("POST", f"{ADA}/late", body)
    seen = []
    for minute in range(4):
        stand.knobs(frozen_now=at.format(minute))
        seen.append(stand.truth())
    later = {"2026-11-17": 5}
    assert seen == [{"2026-11-18": 5000}, {}, later, {**later, "2026-11-18": 3}]


def test_walk_is_the_same_for_ever_and_exact(stand):
    walk = {"daily": 8000, "variation": 0.3, "seed": 7, "since": "2026-10-31"}
    stand.person("one@example.com", walk=walk)
    stand.person("two@example.com", walk=walk)
    one = stand.truth("one@example.com")
    assert one == stand.truth("two@example.com")
    assert next(iter(one)) == "2026-10-31"
    assert len(set(one.values())) > 15
    assert 7000 < sum(list(one.values())[:-1]) / 20 < 9000
    held = stand.consent("one@example.com")["access_token"]
    assert stand.daily_days(held, "2026-10-01", "2026-11-21") == one
    hours = stand.hourly(held, "2026-10-30T00:00:00Z", "2026-11-21T00:00:00Z").json()
    summed = sum(int(one["steps"].get("countSum", 0)) for one in hours["rollupDataPoints"])
    assert summed == sum(one.values())


def test_walk_grows_with_each_sync_and_never_beyond_it(stand):
    stand.person("w@example.com", walk={"daily": 9000, "sync_every_minutes": 15})
    growing = []
    for clock in ("12:00", "17:14", "17:15", "22:00", "23:59"):
        stand.knobs(frozen_now=f"2026-11-20T{clock}:00Z")
        growing.append(stand.truth("w@example.com").get(TODAY, 0))
        held = stand.consent("w@example.com")["access_token"]
        newest = stand.get(held, "dataTypes/steps/dataPoints", pageSize=1).json()
        device = stand.get(held, "pairedDevices").json()["pairedDevices"][0]
        interval = newest["dataPoints"][0]["steps"]["interval"]
        assert interval["endTime"] <= device["lastSyncTime"]
    assert growing == sorted(growing)
    assert growing[0] < growing[-1]
    stand.knobs(frozen_now="2026-11-21T06:00:00Z")
    whole = stand.truth("w@example.com")[TODAY]
    stand.knobs(frozen_now="2026-12-21T06:00:00Z")
    assert stand.truth("w@example.com", first=TODAY, last=TODAY) == {TODAY: whole}


def test_last_sync_is_floored_and_freezes_when_paused(stand):
    stand.person("w@example.com", walk={"sync_every_minutes": 15})
    stand.knobs(frozen_now="2026-11-20T21:14:59Z")
    held = stand.consent("w@example.com")["access_token"]

    def last_sync():
        return stand.get(held, "pairedDevices").json()["pairedDevices"][0]["lastSyncTime"]

    assert last_sync() == "2026-11-20T21:00:00Z"
    pause = {"walk": {"paused_since": "2026-11-20T18:07:00Z"}}
    stand.control("PATCH", "people/w@example.com", pause)
    assert last_sync() == "2026-11-20T18:00:00Z"
    frozen = stand.truth("w@example.com")
    stand.knobs(frozen_now="2026-11-23T21:00:00Z")
    assert stand.truth("w@example.com", first="2026-11-20") == {TODAY: frozen[TODAY]}
    stand.control("PATCH", "people/w@example.com", {"walk": {"paused_since": None}})
    assert len(stand.truth("w@example.com", first="2026-11-20")) == 4


def test_explicit_day_replaces_the_walk_and_additions_come_on_top(stand):
    stand.person("w@example.com", walk={"daily": 8000})
    before = stand.truth("w@example.com")
    stand.steps("w@example.com", date="2026-11-19", total=42)
    stand.steps("w@example.com", date="2026-11-18", add=500)
    stand.control("DELETE", "people/w@example.com/steps?date=2026-11-17")
    after = stand.truth("w@example.com")
    assert after["2026-11-19"] == 42
    assert after["2026-11-18"] == before["2026-11-18"] + 500
    assert "2026-11-17" not in after
    assert after["2026-11-16"] == before["2026-11-16"]


def test_walk_of_a_phone_is_no_wearable(stand):
    stand.person("p@example.com", walk={"source": "mobile_track"})
    assert stand.truth("p@example.com", family="google-wearables") == {}
    assert len(stand.truth("p@example.com")) > 20


def test_moving_changes_later_days_only(stand):
    stand.person("w@example.com", walk={"daily": 8000}, timezone="America/New_York")
    before = stand.truth("w@example.com", last="2026-11-19")
    moved = stand.control("PATCH", "people/w@example.com", {"timezone": "Asia/Tokyo"})
    assert moved["now"]["timezone"] == "Asia/Tokyo"
    assert stand.truth("w@example.com", first="2026-10-22", last="2026-11-19") == before
    stand.knobs(frozen_now="2026-11-22T16:00:00Z")
    held = stand.consent("w@example.com")["access_token"]
    assert stand.get(held, "settings").json()["utcOffset"] == "32400s"
    points = stand.get(held, "dataTypes/steps/dataPoints", pageSize=10000).json()["dataPoints"]
    offsets = [one["steps"]["interval"]["startUtcOffset"] for one in points]
    assert (offsets[0], offsets[-1]) == ("32400s", "-14400s")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Pacific/Apia"])
def test_truth_equals_daily_rollup_everywhere(stand, zone):
    stand.person("z@example.com", walk={"daily": 6000, "since": "2026-10-25"}, timezone=zone)
    stand.steps("z@example.com", date="2026-11-01", total=11111)
    stand.steps(
        "z@example.com",
        points=[{"start": "2026-11-02T03:30:00Z", "minutes": 90, "count": 909, "source": "phone"}],
    )
    held = stand.consent("z@example.com")["access_token"]
    truth = stand.truth("z@example.com", first="2026-10-20", last="2026-11-22")
    assert len(truth) > 24
    assert stand.daily_days(held, "2026-10-20", "2026-11-23") == truth
