"""What counts as trouble of a whole provider, and what as trouble of one account."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.breaker_rules import (
    FIRST_REST,
    GONE_AFTER,
    LONGEST_REST,
    PROBES,
    UNSERVED_FOR,
    UNSERVED_FOR_LONG,
    WINDOW,
    Outcome,
    Silence,
    Trouble,
    Word,
    accounts_of,
    has_gone,
    rest,
    tripped,
    word_of,
)
from integrations.errors import (
    BadPayload,
    Held,
    HostVanished,
    OutOfBudget,
    ProviderGone,
    RateLimited,
    Rejected,
    StrangePage,
    Transient,
    Unauthorized,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def streak(word, accounts, *, step=2.0, before=()):
    """Outcomes, newest first: one per account, ``step`` seconds apart, after ``before``."""
    told = [*before, *((word, account) for account in accounts)]
    return [
        Outcome(word=each, account=account, at=NOW - timedelta(seconds=step * age))
        for age, (each, account) in enumerate(reversed(told))
    ]


def trouble_of(outcomes, *, unserved=timedelta(minutes=2), failures=100):
    return tripped(outcomes, Silence(since=NOW - unserved, failures=failures), now=NOW)


@pytest.mark.parametrize(
    ("word", "trouble", "enough"),
    [
        (Word.OUTAGE, Trouble.OUTAGE, 5),
        (Word.VANISHED, Trouble.OUTAGE, 5),
        (Word.REVOCATION, Trouble.REVOCATION, 5),
        (Word.OPERATOR, Trouble.OPERATOR, 5),
        (Word.GONE, Trouble.GONE, 3),
    ],
)
def test_enough_different_accounts_in_a_row_are_trouble_of_the_provider(word, trouble, enough):
    assert trouble_of(streak(word, range(enough))) == trouble
    assert trouble_of(streak(word, range(enough - 1))) is None


@pytest.mark.parametrize("word", [Word.OUTAGE, Word.REVOCATION, Word.OPERATOR, Word.GONE])
def test_one_account_proves_nothing_however_often_it_fails(word):
    assert trouble_of(streak(word, ["alice"] * 30)) is None


def test_a_success_in_between_ends_the_streak():
    outcomes = streak(Word.REVOCATION, "defg", before=[(Word.REVOCATION, "a"), (Word.OK, "z")])
    assert trouble_of(outcomes) is None
    assert accounts_of(outcomes, Trouble.REVOCATION, now=NOW) == set("defg")


def test_what_is_long_past_ends_the_streak():
    outcomes = streak(Word.REVOCATION, "abcde", step=WINDOW.total_seconds() / 3)
    assert trouble_of(outcomes) is None


@pytest.mark.parametrize(
    ("word", "trouble"),
    [
        (Word.OUTAGE, Trouble.OUTAGE),
        (Word.OPERATOR, Trouble.OPERATOR),
        (Word.GONE, Trouble.GONE),
    ],
)
def test_a_provider_that_still_served_somebody_a_moment_ago_is_not_in_trouble(word, trouble):
    failures, long_enough = streak(word, range(30), step=0.1), UNSERVED_FOR[trouble]
    assert trouble_of(failures, unserved=long_enough - timedelta(seconds=1)) is None
    assert trouble_of(failures, unserved=long_enough) == trouble


def test_where_few_are_asked_a_longer_silence_has_to_do():
    failures = streak(Word.OUTAGE, "abcde")
    assert trouble_of(failures, failures=5) is None
    assert trouble_of(failures, failures=5, unserved=UNSERVED_FOR_LONG) == Trouble.OUTAGE


def test_a_storm_of_refusals_needs_no_time_to_show():
    refusals = streak(Word.REVOCATION, "abcde", step=0)
    assert trouble_of(refusals, unserved=timedelta(0)) == Trouble.REVOCATION


def test_kinds_of_trouble_are_not_added_up():
    outcomes = streak(Word.REVOCATION, "abc", before=[(Word.OPERATOR, "x"), (Word.OPERATOR, "y")])
    assert trouble_of(outcomes) is None


def test_a_few_refusals_among_many_other_failures_are_no_storm():
    others = [(Word.OUTAGE, number) for number in range(11)]
    assert trouble_of(streak(Word.REVOCATION, "abcde", before=others)) == Trouble.OUTAGE
    assert trouble_of(streak(Word.REVOCATION, "abcde", before=others), failures=16) is None


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (Transient("500"), Word.OUTAGE),
        (BadPayload("cut"), Word.OUTAGE),
        (HostVanished("no such name"), Word.VANISHED),
        (StrangePage("html"), Word.VANISHED),
        (Unauthorized("401"), Word.REVOCATION),
        (Rejected("invalid_client"), Word.OPERATOR),
        (ProviderGone("410"), Word.GONE),
        (RateLimited("429"), None),
        (OutOfBudget("not asked"), None),
    ],
)
def test_every_failure_has_its_word(failure, word):
    assert word_of(failure) == word


def test_what_was_held_back_says_nothing_new():
    assert word_of(Held("held", retry_at=NOW)) is None


def test_rests_grow_up_to_five_minutes():
    rests = [rest(PROBES * rounds) for rounds in (0, 1, 2)]
    assert rests == [FIRST_REST, FIRST_REST * 2, FIRST_REST * 4]
    assert rest(PROBES * 50) == LONGEST_REST


def test_several_probes_follow_each_other_before_a_rest():
    assert [bool(rest(failed)) for failed in range(PROBES + 1)] == [True, *[False] * 4, True]


def test_a_host_is_given_up_after_days_not_before():
    assert not has_gone(None, NOW)
    assert not has_gone(NOW - GONE_AFTER + timedelta(seconds=1), NOW)
    assert has_gone(NOW - GONE_AFTER, NOW)
