from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.ages import absolute, relative

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=9), "just now"),
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(minutes=3, seconds=59), "3 min ago"),
        (timedelta(hours=3, minutes=59), "3 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(hours=48), "2 days ago"),
        (timedelta(days=80), "1 Sep 2026"),
        (timedelta(seconds=-3), "just now"),
        (timedelta(minutes=-5), "in 5 min"),
        (timedelta(days=-13), "in 13 days"),
    ],
)
def test_an_age_is_told_in_words(before, words):
    assert relative(NOW - before, NOW) == words


def test_the_exact_time_names_its_zone():
    assert absolute(NOW, ZoneInfo("Europe/Berlin")) == "20 Nov 2026, 13:00:00 CET"
