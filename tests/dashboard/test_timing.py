from datetime import UTC, date, datetime

import pytest

from dashboard.timing import describe_timing
from tests.factories import ChallengeFactory

PUBLISHED = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 10, 30, 12, tzinfo=UTC), "Starts in 2 days"),
        (datetime(2026, 10, 31, 8, tzinfo=UTC), "Starts in 1 day"),
        (datetime(2026, 11, 1, 12, tzinfo=UTC), "Day 1 of 30, 29 days left"),
        (datetime(2026, 11, 29, 12, tzinfo=UTC), "Day 29 of 30, 1 day left"),
        (datetime(2026, 11, 30, 12, tzinfo=UTC), "Day 30 of 30, last day"),
        (datetime(2026, 12, 2, 12, tzinfo=UTC), "Late steps still count, final in 24 h"),
        (datetime(2026, 12, 9, 12, tzinfo=UTC), "Final since 3 Dec 2026"),
    ],
)
def test_a_challenge_says_where_it_stands(now, words):
    challenge = ChallengeFactory.build(
        starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), published_at=PUBLISHED
    )
    assert describe_timing(challenge, today=now.date(), now=now) == words


def test_a_draft_is_for_staff():
    draft = ChallengeFactory.build(published_at=None)
    assert describe_timing(draft, today=draft.starts_on, now=PUBLISHED) == "Only staff can see it"
