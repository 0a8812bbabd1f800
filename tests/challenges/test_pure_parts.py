"""Rules, freshness, versions and ladders: values in, values out."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenges import rules
from challenges.freshness import freshness_of
from challenges.ladder import (
    BadCursor,
    Key,
    above_in_window,
    decode_cursor,
    encode_cursor,
    ranked,
)
from challenges.phases import OPEN_END
from challenges.versions import next_version, stamp
from challenges.worth import DayInput, Worth, capped, left_out, worth

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Terms:
    starts_on: date = date(2026, 11, 1)
    ends_on: date = date(2026, 11, 30)
    grace_hours: int = 36
    daily_cap: int | None = None
    minimum_day: int = 0
    manual_policy: str = "exclude"
    manual_limit: int | None = None
    kind: str = "most_steps"
    settings: dict = field(default_factory=dict)
    zone_rule: str = "own_days"
    providers: tuple = ()
    late_joiners: str = "from_start"
    conversions: str = ""
    team_rules: dict = field(default_factory=dict)


@pytest.mark.parametrize(
    ("steps", "cap", "counted"),
    [
        (0, None, 0),
        (9000, None, 9000),
        (9000, 10000, 9000),
        (10000, 10000, 10000),
        (10001, 10000, 10000),
    ],
)
def test_a_day_counts_up_to_the_cap(steps, cap, counted):
    assert capped(steps, cap) == counted


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2026, 10, 31), False),
        (date(2026, 11, 1), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), False),
    ],
)
def test_window_includes_first_and_last_day(day, inside):
    assert rules.in_window(day, Terms()) is inside


def test_rules_in_words_say_what_the_data_say():
    words = " ".join(rules.describe(Terms(daily_cap=20000, manual_policy="count")))
    assert "At most 20,000 steps of a day count." in words
    assert "Steps typed in by hand count." in words
    assert "2026-11-01 to 2026-11-30" in words
    assert "36 hours" in words
    words = " ".join(rules.describe(Terms()))
    assert "There is no daily maximum." in words
    assert "Steps typed in by hand do not count." in words


def test_rules_as_data():
    data = rules.as_data(Terms(daily_cap=20000))
    assert (data.daily_cap, data.manual_policy, data.grace_hours) == (20000, "exclude", 36)
    assert (data.conversions, data.teams) == ((), "sum_of_members")
    assert (data.kind, data.scoring) == ("most_steps", "sum_of_daily_steps")
    assert data.ends_on == date(2026, 11, 30)
    assert (
        rules.as_data(Terms(ends_on=OPEN_END, kind="race", settings={"target": 5})).ends_on is None
    )


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (Terms(minimum_day=500), "A day with fewer than 500 steps counts nothing."),
        (Terms(manual_policy="label"), "Steps typed in by hand count and are shown as such."),
        (
            Terms(manual_policy="limit", manual_limit=2000),
            "At most 2,000 steps of a day that were typed in by hand count.",
        ),
        (Terms(providers=("misfit", "fitbit")), "Only steps that come from fitbit, misfit count."),
        (Terms(late_joiners="from_joining"), "Who joins late starts with the day of joining."),
        (Terms(), "Who joins late gets all days since the start."),
        (
            Terms(ends_on=OPEN_END, kind="race", settings={"target": 5}),
            (
                "Days from 2026-11-01 until somebody has arrived or the organizer closes the "
                "challenge count, each in your own time zone."
            ),
        ),
        (
            Terms(team_rules={"mode": "best", "number": 3}),
            "A team's score is the sum of its 3 best members.",
        ),
    ],
)
def test_every_rule_is_said(terms, sentence):
    assert sentence in rules.describe(terms)


def test_the_organization_zone_and_conversions_are_said():
    said = " ".join(rules.describe(Terms(zone_rule="organization", conversions="wheelchair-1")))
    assert "in the organization's time zone" in said
    assert "Day totals without hours count only where" in said
    assert "wheelchair pushes at 1 step each" in said


@pytest.mark.parametrize(
    ("policy", "limit", "steps"),
    [("exclude", None, 8000), ("count", None, 9500), ("label", None, 9500), ("limit", 700, 8700)],
)
def test_manual_policies(policy, limit, steps):
    terms = Terms(manual_policy=policy, manual_limit=limit)
    assert worth(DayInput(8000, 9500), terms) == Worth(steps, steps, 1500)


@pytest.mark.parametrize(
    ("policy", "limit", "expected"),
    [
        ("exclude", None, None),
        ("count", None, Worth(900, 900, 900)),
        ("limit", 500, Worth(500, 500, 900)),
    ],
)
def test_a_day_of_typed_steps_only(policy, limit, expected):
    assert worth(DayInput(None, 900), Terms(manual_policy=policy, manual_limit=limit)) == expected


def test_minimum_comes_before_the_cap_and_includes_itself():
    terms = Terms(minimum_day=3000, daily_cap=10000)
    assert worth(DayInput(2999, 2999), terms) == Worth(2999, 0)
    assert worth(DayInput(3000, 3000), terms) == Worth(3000, 3000)
    assert worth(DayInput(12000, 12000), terms) == Worth(12000, 10000)


def test_converted_steps_make_a_day_known_and_are_capped_with_it():
    assert worth(DayInput(None, None, 400), Terms()) == Worth(400, 400, 0, 400)
    assert worth(DayInput(700, 700, 400), Terms(daily_cap=1000)) == Worth(1100, 1000, 0, 400)


def test_before_joining_a_day_is_known_and_counts_nothing():
    assert worth(DayInput(700, 700), Terms(), counting=False) == Worth(700, 0)


@pytest.mark.parametrize(
    ("day", "terms", "counting", "reasons"),
    [
        (Worth(700, 700), Terms(), True, {}),
        (Worth(1200, 1000), Terms(daily_cap=1000), True, {"over_cap": 200}),
        (Worth(700, 0), Terms(minimum_day=900), True, {"below_minimum": 700}),
        (Worth(700, 0), Terms(), False, {"before_joining": 700}),
        (Worth(700, 700, 50), Terms(), True, {"typed_by_hand": 50}),
        (Worth(700, 700, 50), Terms(manual_policy="label"), True, {}),
        (
            Worth(700, 700, 50),
            Terms(manual_policy="limit", manual_limit=20),
            True,
            {"typed_by_hand": 30},
        ),
    ],
)
def test_what_was_left_out_has_a_reason(day, terms, counting, reasons):
    assert left_out(day, terms, counting=counting) == reasons


@pytest.mark.parametrize(
    ("confirmed", "broken", "expected"),
    [
        (None, None, "none"),
        (None, NOW, "none"),
        (NOW, None, "fresh"),
        (NOW - timedelta(hours=24), None, "fresh"),
        (NOW - timedelta(hours=24, seconds=1), None, "stale"),
        (NOW, NOW - timedelta(hours=1), "broken"),
        (NOW - timedelta(days=9), NOW - timedelta(days=9), "broken"),
    ],
)
def test_freshness(confirmed, broken, expected):
    assert freshness_of(confirmed_at=confirmed, broken_since=broken, now=NOW) == expected


def test_versions_grow_even_when_the_clock_does_not():
    first = next_version(0, NOW)
    assert first == stamp(NOW)
    assert next_version(first, NOW) == first + 1
    assert next_version(first, NOW - timedelta(days=1)) == first + 1
    assert next_version(first, NOW + timedelta(seconds=1)) == first + 1_000_000


def keys(*scores):
    return [Key(score, f"{n:016x}") for n, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("scores", "position", "first_rank", "ranks"),
    [
        ((9, 8, 8, 7), 0, 1, [1, 2, 2, 4]),
        ((5, 5, 5), 0, 1, [1, 1, 1]),
        ((8, 8, 7), 12, 11, [11, 11, 15]),
        ((), 0, 1, []),
    ],
)
def test_ties_share_a_rank_also_across_pages(scores, position, first_rank, ranks):
    slots = ranked(keys(*scores), position=position, first_rank=first_rank)
    assert [slot.rank for slot in slots] == ranks


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 100))
def test_a_window_is_full_whenever_there_are_enough(above, below, limit):
    wanted = above_in_window(above, below, limit)
    assert 0 <= wanted <= above
    assert min(below, limit - wanted) + wanted == min(limit, above + below)
    if above >= limit and below >= limit:
        assert wanted == limit // 2


@given(st.integers(0, 10**14), st.from_regex(r"[0-9a-f]{16}", fullmatch=True))
def test_a_cursor_comes_back_as_it_went(score, member):
    assert decode_cursor(encode_cursor(Key(score, member))) == Key(score, member)


@given(st.text(max_size=60))
def test_no_text_breaks_the_cursor(text):
    try:
        decode_cursor(text)
    except BadCursor:
        return


@pytest.mark.parametrize("bad", ["", "!", "abc", "LTE6MDA", "é", "\x00", "MTIzOg"])
def test_bad_cursors_are_told(bad):
    with pytest.raises(BadCursor):
        decode_cursor(bad)
