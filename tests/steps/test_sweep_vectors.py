"""The published vectors of priority sweep v1, by number, through the pure merge of a day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from steps.day_facts import BucketFact, DayFacts, SampleFact, SourceFact
from steps.merge import merge_day
from steps.sweep import SweepSample, sweep
from steps.ticks import thousandths, ticks
from users.calendar import LocalCalendar

DAY = date(2026, 11, 18)
RANKS = {"manual0": 1, "watch": 2, "phone": 4, "app": 5, "manual9": 9}


def at(text, day=DAY):
    hours, minutes = (int(part) for part in text.split(":"))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
        hours=hours, minutes=minutes
    )


def sample(source, start, end, steps, *, lm=1, id=None, manual=False):
    return SampleFact(
        id=id or f"{source}-{start}-{end}-{lm}",
        source_id=source,
        start=ticks(at(start)),
        end=ticks(at(end)),
        steps=thousandths(Decimal(str(steps))),
        manual=manual,
        written_at=ticks(at("00:00") + timedelta(seconds=lm)),
        as_of=ticks(at("23:00")),
    )


def source(name):
    return SourceFact(
        id=name,
        connection_id="phone-connection",
        kind="app",
        channel="raw",
        position=RANKS[name],
        hidden=False,
        first_seen_at=at("00:00"),
    )


def merged(*samples, buckets=(), count_manual=False, zone="UTC", day=DAY):
    facts = DayFacts(
        borders=LocalCalendar(ZoneInfo(zone)).hour_borders(day),
        sources=[source(name) for name in RANKS],
        samples=list(samples),
        buckets=list(buckets),
    )
    return merge_day(facts, count_manual=count_manual)


VECTORS = {
    "1 no overlap": (
        [("watch", "10:00", "10:10", 100), ("phone", "10:10", "10:20", 80)],
        180,
    ),
    "2 half of the phone": (
        [("watch", "10:00", "10:10", 100), ("phone", "10:05", "10:15", 80)],
        140,
    ),
    "3 phone wholly covered": (
        [("watch", "10:00", "11:00", 600), ("phone", "10:10", "10:20", 500)],
        600,
    ),
    "4 below the phone alone": (
        [("phone", "10:00", "11:00", 600), ("watch", "10:20", "10:30", 50)],
        550,
    ),
    "5 gaps filled": (
        [
            ("watch", "09:00", "09:30", 300),
            ("watch", "11:00", "11:30", 300),
            ("phone", "09:00", "12:00", 1800),
        ],
        1800,
    ),
    "6 three sources": (
        [
            ("watch", "10:00", "10:10", 100),
            ("phone", "10:05", "10:15", 80),
            ("app", "10:00", "10:30", 300),
        ],
        290,
    ),
    "8a instant under an interval": (
        [("watch", "10:00", "10:10", 100), ("phone", "10:05", "10:05", 7)],
        100,
    ),
    "8c instant in the open": (
        [("watch", "10:00", "10:10", 100), ("phone", "10:12", "10:12", 7)],
        107,
    ),
    "16 zero covers nothing": (
        [("watch", "10:00", "10:30", 0), ("phone", "10:00", "10:30", 900)],
        900,
    ),
    "20 whole-day claim of an app": (
        [
            ("watch", "08:00", "09:00", 4000),
            ("phone", "08:30", "09:30", 3000),
            ("app", "00:00", "24:00", 9600),
        ],
        5500,
    ),
}


@pytest.mark.parametrize(("samples", "expected"), VECTORS.values(), ids=VECTORS.keys())
def test_vector(samples, expected):
    assert merged(*(sample(*each) for each in samples)).steps == expected


def test_vector_7_midnight_splits_by_time():
    borders = [0, 86_400_000, 172_800_000]
    start = 86_400_000 - 229_000
    crossing = SweepSample(
        id="a", source="phone", rank=1, start=start, end=start + 407_000, steps=66
    )
    first, second = sweep([crossing], borders)
    assert (float(first.total), float(second.total)) == pytest.approx((37.135, 28.865), abs=0.001)
    assert (int(first.total), int(second.total)) == (37, 28)


def test_vector_8b_a_better_instant_counts_whole():
    typed = sample("manual0", "10:05", "10:05", 500, manual=True)
    watch = sample("watch", "10:00", "10:10", 100)
    assert merged(typed, watch, count_manual=True).steps == 600


def test_vectors_9_and_10_manual_is_left_out_before_the_sweep():
    watch = sample("watch", "10:00", "11:00", 2000)
    best = sample("manual0", "10:00", "11:00", 5000, manual=True)
    worst = sample("manual9", "10:00", "11:00", 5000, manual=True)
    assert merged(best, watch, count_manual=True).steps == 5000
    assert merged(best, watch).steps == 2000
    assert merged(worst, watch, count_manual=True).steps == 2000
    assert merged(worst, watch).steps == 2000
    assert merged(worst, watch).excluded[0].steps == 5000


def test_vectors_11_and_12_the_later_written_wins_within_a_source():
    first = sample("watch", "10:00", "10:10", 100, lm=1)
    assert merged(first, sample("watch", "10:00", "10:10", 98, lm=2)).steps == 98
    assert merged(first, sample("watch", "10:05", "10:15", 80, lm=2)).steps == 130


def test_vector_17_a_25_hour_day_shares_at_local_midnight():
    crossing = SampleFact(
        id="x",
        source_id="watch",
        start=ticks(datetime(2026, 10, 25, 22, 30, tzinfo=UTC)),
        end=ticks(datetime(2026, 10, 25, 23, 30, tzinfo=UTC)),
        steps=120_000,
        manual=False,
        written_at=ticks(at("00:00")),
        as_of=ticks(at("00:00")),
    )
    for day in (date(2026, 10, 25), date(2026, 10, 26)):
        assert merged(crossing, zone="Europe/Berlin", day=day).steps == 60


def test_vector_18_only_the_newest_of_total_like_claims_speaks():
    claims = [
        sample("app", "00:00", end, steps, lm=lm)
        for lm, (end, steps) in enumerate([("09:00", 1000), ("12:00", 3000), ("18:00", 7000)])
    ]
    assert merged(*claims).steps == 7000


def test_vector_19_hours_get_their_share_of_time():
    hours = merged(sample("watch", "09:50", "10:20", 300)).hours
    assert (hours[9], hours[10]) == (100, 200)


def test_vectors_23_channels_are_never_added():
    def facts(fitbit_position, phone_position):
        sources = [
            SourceFact(
                id=name,
                connection_id=name,
                kind="cloud",
                channel="cloud",
                position=position,
                hidden=False,
                first_seen_at=at("00:00"),
            )
            for name, position in (("fitbit", fitbit_position), ("iphone", phone_position))
        ]
        totals = [
            BucketFact(
                source_id=name,
                whole_day=True,
                start=None,
                end=None,
                steps=1000 * steps,
                manual_steps=0,
                as_of=ticks(at("20:00")),
            )
            for name, steps in (("fitbit", 9000), ("iphone", 7400))
        ]
        borders = LocalCalendar(ZoneInfo("UTC")).hour_borders(DAY)
        return DayFacts(borders=borders, sources=sources, samples=[], buckets=totals)

    assert merge_day(facts(None, None), count_manual=False).steps == 9000
    assert merge_day(facts(None, 1), count_manual=False).steps == 7400
    assert merge_day(facts(1, 2), count_manual=False).steps == 9000


def test_vector_24_rounds_once():
    halves = [
        BucketFact(
            source_id="phone",
            whole_day=False,
            start=ticks(at(start)),
            end=ticks(at(end)),
            steps=1_040_130,
            manual_steps=0,
            as_of=ticks(at("20:00")),
        )
        for start, end in (("10:00", "11:00"), ("11:00", "12:00"))
    ]
    assert merged(buckets=halves).steps == 2080


def test_nothing_said_is_unknown_and_zero_said_is_zero():
    assert merged().steps is None
    assert merged(sample("watch", "10:00", "10:30", 0)).steps == 0
