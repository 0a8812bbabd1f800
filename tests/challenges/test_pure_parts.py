"""Rules, freshness, versions and ladders: values in, values out."""

from dataclasses import dataclass
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
from challenges.versions import next_version, stamp

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Terms:
    starts_on: date = date(2026, 11, 1)
    ends_on: date = date(2026, 11, 30)
    grace_hours: int = 36
    daily_cap: int | None = None
    manual_policy: str = "exclude"


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
    assert rules.counted(steps, cap) == counted


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
    assert data.conversions == ()


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
