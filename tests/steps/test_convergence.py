"""Reports may come in any order, again, and in pieces: the day is that of the newest statements.

A phone's health store is played through: samples are written, changed, moved and deleted, and from
time to time the phone looks and reports. Whatever becomes of the reports on their way, as long as
all arrive the ledger must end up where it ends up when they come in order.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from steps import ledger, rebuild
from steps.models import Bucket, CompleteWindow, Day, Sample
from steps.readings import Delivery
from steps.ticks import ticks
from tests.steps.statements import (
    CLOUD,
    CLOUD_CONNECTION,
    MERGED,
    MORNING,
    PHONE,
    TODAY,
    WATCH,
    delivery,
    looked,
    sample,
    total,
    window,
)

pytestmark = pytest.mark.django_db

small = settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes of PostgreSQL
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SPAN = 120


@dataclass
class Store:
    """What a phone's health store holds, and what was deleted since somebody last asked."""

    samples: dict = field(default_factory=dict)
    deleted: list = field(default_factory=list)
    ids: int = 0

    def write(self, draw, at, *, dated):
        self.ids += 1
        self._put(f"s{self.ids}", draw, at, dated=dated)

    def change(self, draw, at, *, dated):
        if self.samples:
            self._put(draw(st.sampled_from(sorted(self.samples))), draw, at, dated=dated)

    def delete(self, draw, at, **_):
        if self.samples:
            gone = draw(st.sampled_from(sorted(self.samples)))
            del self.samples[gone]
            self.deleted.append(gone)

    def _put(self, id, draw, at, *, dated):
        self.samples[id] = sample(
            id,
            draw(st.integers(0, SPAN - 30)),
            draw(st.integers(0, 30)),
            draw(st.integers(0, 200)),
            source=draw(st.sampled_from([WATCH, PHONE])),
            manual=draw(st.sampled_from([False, False, False, True])),
            written=at if dated else None,
        )


@st.composite
def phone_stories(draw):
    """What a phone reported, oldest first; some deletions are only seen in complete windows."""
    store, reports, dated = Store(), [], draw(st.booleans())
    for step in range(draw(st.integers(2, 6))):
        for _ in range(draw(st.integers(1, 3))):
            event = draw(st.sampled_from([store.write, store.write, store.change, store.delete]))
            event(draw, step * 10 + 1, dated=dated)
        reports.append(_look(draw, store, step * 10 + 5))
    reports.append({"at": 200, **_everything(store)})
    return reports


def _look(draw, store, at):
    kind = draw(st.sampled_from(["everything", "window", "some", "deletions"]))
    told, store.deleted = store.deleted, []
    if kind == "everything":
        return {"at": at, **_everything(store)}
    if kind == "window":
        start = draw(st.integers(0, SPAN // 2))
        seen = looked(start, SPAN // 2)
        begin, end = ticks(seen.start), ticks(seen.end)
        listed = [s for s in store.samples.values() if s.start < end and s.end >= begin]
        return {"at": at, "samples": tuple(listed), "window": seen}
    known = sorted(store.samples)
    some = draw(st.lists(st.sampled_from(known), max_size=3)) if known else []
    content = {"at": at, "samples": tuple(store.samples[each] for each in some)}
    if kind == "deletions":
        return {**content, "deleted": tuple(told)}
    merged = [
        total(draw(st.integers(0, 300)), source=MERGED),
        window(60 * draw(st.integers(0, 1)), 60, draw(st.integers(0, 300))),
    ]
    return {**content, "buckets": tuple(draw(st.lists(st.sampled_from(merged), unique_by=id)))}


def _everything(store):
    return {"samples": tuple(store.samples.values()), "window": looked(-60, SPAN + 120)}


def outcome(person, reports):
    """Start from nothing, take the reports and say what came of it."""
    Day.objects.filter(person=person).delete()
    rebuild.forget_connection(
        person_id=person.pk, connection_id=reports[0].connection_id, now=reports[0].received_at
    )
    Day.objects.filter(person=person).delete()
    CompleteWindow.objects.all().delete()  # also of a phone that has no samples left
    for report in reports:
        ledger.record(report, why="test")
    samples = Sample.objects.filter(person=person).order_by("external_id")
    buckets = Bucket.objects.filter(person=person).order_by("date", "start", "end")
    facts = (
        list(samples.values_list("external_id", "source__key", "start", "end", "steps", "manual")),
        list(buckets.values_list("date", "start", "end", "steps", "manual_steps")),
    )
    days = Day.objects.filter(person=person, steps_with_manual__isnull=False).order_by("date")
    kept = list(days.values_list("date", "steps", "steps_with_manual"))
    dates = rebuild.days_known(person=person, first=None, last=None)
    assert rebuild.differences(person=person, dates=dates) == []
    return facts, kept


def place(said):
    """Which window or day total a statement is about."""
    return (said.source.key, said.whole_day, said.date, said.start, said.end)


def agreeing(reports):
    """Let deliveries as of one time tell no different things about one window.

    Of such the one received later holds, so their order matters. Each delivery may contradict
    itself: then the larger number is what it says.
    """
    told, agreed = {}, []
    for report in reports:
        known = {key[1:]: said for key, said in told.items() if key[0] == report.as_of}
        buckets = tuple(known.get(place(said), said) for said in report.buckets)
        agreed.append(replace(report, buckets=buckets))
        for said in sorted(buckets, key=lambda each: (each.steps, each.manual_steps)):
            told[report.as_of, *place(said)] = said
    return agreed


def pieces(report: Delivery, random: random.Random):
    """Split a report: its samples, deletions and buckets one by one, the complete window whole.

    A complete window speaks of everything listed with it, so its own list has to stay with it.
    """
    bare = replace(report, samples=(), deleted=(), buckets=(), window=None)
    names = ("deleted", "buckets") if report.window else ("samples", "deleted", "buckets")
    parts = [replace(bare, **{name: (one,)}) for name in names for one in getattr(report, name)]
    if report.window:
        parts.append(replace(report, deleted=(), buckets=()))
    random.shuffle(parts)
    return parts


@small
@given(phone_stories(), st.randoms(use_true_random=False))
def test_reports_of_a_phone_may_come_in_any_order_again_and_in_pieces(alice, story, random):
    reports = [delivery(alice, **content) for content in story]
    expected = outcome(alice, reports)
    truth = {s.external_id for s in story[-1]["samples"]}
    assert {row[0] for row in expected[0][0]} == truth
    shuffled = reports + random.sample(reports, k=min(2, len(reports)))
    random.shuffle(shuffled)
    assert outcome(alice, shuffled) == expected
    split = [piece for report in shuffled for piece in pieces(report, random)]
    random.shuffle(split)
    assert outcome(alice, split) == expected


PLACES = (0, 60)
walked = st.builds(
    lambda name, place, steps: {"samples": (sample(name, place, 10, steps),)},
    st.sampled_from("ab"),
    st.sampled_from(PLACES),
    st.integers(1, 2),
)
looks = st.builds(
    lambda place, listed: {
        "samples": tuple(sample(name, place, 10, 3) for name in listed),
        "window": looked(place, 10),
    },
    st.sampled_from(PLACES),
    st.sets(st.sampled_from("ab")),
)


@small
@given(st.lists(st.one_of(walked, walked, looks), min_size=3, max_size=3))
def test_samples_may_move_between_windows_in_every_order(alice, story):
    """Whatever the phone listed there since is decided by the newest statement about a sample."""
    reports = [delivery(alice, at=at, **content) for at, content in enumerate(story)]
    outcomes = [outcome(alice, order) for order in permutations(reports)]
    assert outcomes == outcomes[:1] * len(outcomes)


@small
@given(
    st.lists(
        st.builds(
            lambda at, content: {"at": at, "buckets": (content,)},
            st.integers(0, 4),
            st.one_of(
                st.builds(lambda steps: total(steps, source=MERGED), st.integers(0, 900)),
                st.builds(
                    lambda steps, manual: total(steps, source=MERGED, manual=manual),
                    st.integers(50, 900),
                    st.integers(0, 50),
                ),
                st.builds(
                    window,
                    st.sampled_from([0, 15, 30, 60]),
                    st.sampled_from([15, 30, 60]),
                    st.integers(0, 200),
                ),
            ),
        ),
        min_size=2,
        max_size=7,
    ),
    st.randoms(use_true_random=False),
)
def test_totals_and_windows_may_come_in_any_order(alice, story, random):
    reports = agreeing(delivery(alice, **content) for content in story)
    expected = outcome(alice, reports)
    shuffled = reports + reports[:1]
    random.shuffle(shuffled)
    assert outcome(alice, shuffled) == expected


@small
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100)), max_size=4),
            st.none() | st.integers(0, 400),
        ),
        min_size=2,
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_a_clouds_days_and_hours_may_come_in_any_order(alice, polls, random):
    reports = agreeing(
        delivery(
            alice,
            at=at,
            connection=CLOUD_CONNECTION,
            phone=None,
            buckets=tuple(window(60 * hour, 60, n, source=CLOUD) for hour, n in hours)
            + ((total(day),) if day is not None else ()),
        )
        for at, hours, day in polls
    )
    expected = outcome(alice, reports)
    shuffled = reports + reports[:1]
    random.shuffle(shuffled)
    assert outcome(alice, shuffled) == expected


def hour(number, steps, day):
    """The ``number``-th hour of the local day ``day`` days before today, as a cloud files it."""
    since = MORNING - timedelta(hours=11, days=day)
    return window(
        60 * number, 60, steps, source=CLOUD, since=since, day=TODAY - timedelta(days=day)
    )


said_again = st.sampled_from([0, 100, 100, 100, 200])
spoken_of = st.one_of(
    st.builds(hour, st.integers(0, 2), said_again, st.integers(0, 2)),
    st.builds(
        lambda steps, day: total(steps, day=TODAY - timedelta(days=day)),
        said_again,
        st.integers(0, 2),
    ),
)


@settings(small, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.lists(spoken_of, min_size=1, max_size=8, unique_by=place)),
        min_size=2,
        max_size=7,
    ),
    st.randoms(use_true_random=False),
)
def test_what_a_cloud_only_says_again_holds_as_of_then(alice, polls, random):
    """Few numbers, so that most of what is said was said before, at another time or in part."""
    reports = agreeing(
        delivery(alice, at=at, connection=CLOUD_CONNECTION, phone=None, buckets=tuple(said))
        for at, said in polls
    )
    expected = outcome(alice, reports)
    ages = {}
    for report in reports:
        for said in report.buckets:
            place = (said.date, said.whole_day, said.start)
            ages[place] = max(report.as_of, ages.get(place, report.as_of))
    kept = Bucket.objects.filter(person=alice)
    assert {(b.date, b.whole_day, b.start): b.as_of for b in kept} == ages
    shuffled = [piece for report in reports + reports[:1] for piece in pieces(report, random)]
    random.shuffle(shuffled)
    assert outcome(alice, shuffled) == expected
