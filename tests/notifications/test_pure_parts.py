"""Quiet hours, badges and texts: values in, values out."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.badges import RULES, Walked, earned, milestones
from notifications.kinds import DEFAULTS, Kind, text
from notifications.quiet import digest_at, send_at

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = {"quiet_from": time(21), "quiet_to": time(8)}


def berlin(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (berlin(20, 12), berlin(20, 12)),
        (berlin(20, 20, 59), berlin(20, 20, 59)),
        (berlin(20, 21), berlin(21, 8)),
        (berlin(20, 23, 30), berlin(21, 8)),
        (berlin(21, 0, 5), berlin(21, 8)),
        (berlin(21, 7, 59), berlin(21, 8)),
        (berlin(21, 8), berlin(21, 8)),
    ],
)
def test_the_night_is_quiet_where_the_person_is(now, due):
    assert send_at(now=now.astimezone(UTC), zone=BERLIN, **NIGHT) == due


def test_equal_times_mean_that_no_hour_is_quiet():
    now = berlin(20, 3)
    assert send_at(now=now, zone=BERLIN, quiet_from=time(5), quiet_to=time(5)) == now


def test_a_siesta_within_a_day_is_quiet():
    quiet = {"quiet_from": time(13), "quiet_to": time(15)}
    assert send_at(now=berlin(20, 14), zone=BERLIN, **quiet) == berlin(20, 15)
    assert send_at(now=berlin(20, 23), zone=BERLIN, **quiet) == berlin(20, 23)


def test_the_night_in_which_clocks_go_back_ends_at_eight_on_the_wall():
    now = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 for the first time
    due = send_at(now=now, zone=BERLIN, **NIGHT)
    assert due == datetime(2026, 10, 25, 8, tzinfo=BERLIN)


def test_the_digest_comes_in_the_evening():
    assert digest_at(now=berlin(20, 12), zone=BERLIN, **NIGHT) == berlin(20, 18)
    assert digest_at(now=berlin(20, 18), zone=BERLIN, **NIGHT) == berlin(21, 18)
    early = {"quiet_from": time(17), "quiet_to": time(19)}
    assert digest_at(now=berlin(20, 12), zone=BERLIN, **early) == berlin(20, 19)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
clock = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(moments, clock, clock, st.sampled_from(["Europe/Berlin", "America/St_Johns", "Asia/Tokyo"]))
def test_a_message_waits_less_than_a_day_and_an_hour_and_never_goes_back(now, start, end, zone):
    due = send_at(now=now, zone=ZoneInfo(zone), quiet_from=start, quiet_to=end)
    assert now <= due <= now + timedelta(hours=25)


def days(**counted):
    return [Walked(date(2026, 11, int(day[1:])), steps) for day, steps in counted.items()]


def test_badges_follow_from_the_days():
    walked = days(d2=4000, d3=6000, d4=5000, d5=20_500, d7=10_000, d8=10_000)
    assert earned(walked) == {
        "first_steps": date(2026, 11, 2),
        "day_10k": date(2026, 11, 5),
        "day_20k": date(2026, 11, 5),
        "row_3": date(2026, 11, 5),
        "weekend": date(2026, 11, 8),
    }


def test_a_day_without_steps_or_without_data_breaks_a_row():
    broken = days(d1=6000, d2=6000, d4=6000, d5=0, d6=6000, d7=6000)
    assert "row_3" not in earned(broken)


def test_no_steps_earn_nothing():
    assert earned(days(d1=0, d2=0)) == {}
    assert earned([]) == {}


def test_every_badge_can_be_earned():
    walked = [Walked(date(2026, 10, 1) + timedelta(days=n), 40_000) for n in range(31)]
    assert set(earned(walked)) == set(RULES)


def test_milestones_are_those_reached():
    assert milestones(9_999) == []
    assert milestones(100_000) == [10_000, 50_000, 100_000]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_words_also_when_facts_are_missing(kind):
    words = text(kind, {})
    assert words.title
    assert words.body or kind is Kind.BADGE
    assert kind in DEFAULTS


def test_words_say_what_happened():
    words = text(
        "summary",
        {
            "challenge": "Autumn walk",
            "date": "2026-11-19",
            "counted": 12_345,
            "score": 99_000,
            "unit": "steps",
            "rank": 3,
            "rank_before": 5,
        },
    )
    assert words.title == "12,345 steps on Thursday, 19 November"
    assert words.body == (
        "Autumn walk: 99,000 steps so far. You are in place 3, 2 up since yesterday."
    )


@pytest.mark.parametrize(
    ("score", "unit", "said"),
    [(1, "days", "1 day."), (2, "days", "2 days."), (1, "steps", "1 step.")],
)
def test_one_is_told_in_the_singular(score, unit, said):
    body = text("result", {"rank": 4, "score": score, "unit": unit}).body
    assert body == f"You finished in place 4 with {said} The result is final."
