"""What the samples, folded days or windows of one connection come to, hour by hour. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from steps.day_facts import BucketFact, FoldedFact, SampleFact, SourceFact
from steps.heard import Heard, counted_thousandths
from steps.sweep import SweepSample, SweptBucket, by_source, sweep, sweep_layers
from steps.ticks import HOUR, THOUSAND, ticks

LONGEST_SAMPLE = 4 * HOUR
LONGEST_FROM_MIDNIGHT = HOUR
OTHER_APP = "app"
FIRST_BY_DEFAULT = 100
KIND_PLACE = {"watch": 2, "band": 3, "ring": 3, "phone": 4, "app": 5, "cloud": 5, "manual": 6}
Rank = tuple[int, int]
Ranked = tuple[Rank, Sequence[SampleFact]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The exact steps of every hour, and of them all as one bucket.

    ``as_of`` (ticks) is the newest statement behind them.
    """

    swept: list[SweptBucket]
    day: SweptBucket
    as_of: int


def of_samples(heard: Heard, marks: Sequence[int], *, count_manual: bool) -> Hours | None:
    """Sweep the samples, or read what they were folded into; None when nobody spoke."""
    if heard.speaking:
        as_of = max(fact.as_of for fact in heard.speaking)
        return _hours(_unfolded(heard.speaking, len(marks) - 1, count_manual=count_manual), as_of)
    if heard.samples:
        as_of = max([max([s[7] for s in rows]) for rows in heard.samples.values()])
        finer = _say_something(heard.windows, count_manual=count_manual)
        return _hours(_swept(_ranked(heard), marks, finer=finer), as_of)
    return None


def of_windows(heard: Heard, marks: Sequence[int], *, count_manual: bool) -> Hours | None:
    """Sweep the merged windows; None when there are none."""
    if not heard.windows:
        return None
    rows = _windows(heard.windows, count_manual=count_manual)
    return _hours(sweep(rows, marks, per=THOUSAND), max(window.as_of for window in heard.windows))


def _hours(swept: list[SweptBucket], as_of: int) -> Hours | None:
    shares = by_source(swept)
    if not shares:
        return None
    return Hours(swept=swept, day=SweptBucket(shares=shares, per=swept[0].per), as_of=as_of)


def _unfolded(folded: Iterable[FoldedFact], hours: int, *, count_manual: bool) -> list[SweptBucket]:
    found = [SweptBucket() for _ in range(hours)]
    for fact in folded:
        steps = fact.hours_with_manual if count_manual else fact.hours
        for bucket, each in zip(found, steps or (), strict=False):
            bucket.shares[fact.source_id] = bucket.shares.get(fact.source_id, 0) + each
    return found


def _windows(windows: list[BucketFact], *, count_manual: bool) -> list[SweepSample]:
    """Merged windows as samples of one rank, so that a newer statement wins where two overlap."""
    return [
        SweepSample(
            id=f"{b.source_id}/{b.start}/{b.end}",
            source=b.source_id,
            start=b.start,
            end=b.end,
            steps=counted_thousandths(b, count_manual=count_manual),
            rank=1,
            written=b.as_of,
        )
        for b in windows
        if b.start is not None and b.end is not None
    ]


def _ranked(heard: Heard) -> list[Ranked]:
    """Return the samples by rank; only where some are typed by hand each is looked at."""
    spoken = [(heard.sources[source], rows) for source, rows in heard.samples.items()]
    if not heard.typed:
        return [(rank(source), rows) for source, rows in spoken]
    return [
        (rank(source, typed=typed), [s for s in rows if s.manual == typed])
        for source, rows in spoken
        for typed in (True, False)
    ]


def _say_something(windows: Iterable[BucketFact], *, count_manual: bool) -> bool:
    """Whether windows finer than a claim about half a day hold any steps."""
    return any(
        counted_thousandths(window, count_manual=count_manual) > 0
        for window in windows
        if window.start and window.end and window.end - window.start <= LONGEST_SAMPLE
    )


def _swept(ranked: Sequence[Ranked], marks: Sequence[int], *, finer: bool) -> list[SweptBucket]:
    """Sweep the samples; claims about half a day or more speak only when nothing finer does.

    Neither they nor zeros are heard where ``finer`` windows say something.
    """
    fine = [(layer, _fine(rows, marks[0])) for layer, rows in ranked]
    if any(rows for _, rows in fine):
        return _swept_together(fine, marks)
    if finer:
        return []
    return _swept_together(_newest_claim(ranked) or ranked, marks)


def _fine(samples: Sequence[SampleFact], midnight: int) -> list[SampleFact]:
    """Return the samples that say something and are no claims about half a day or more."""
    return [
        s
        for s in samples
        if s[4] > 0
        and (length := s[3] - s[2]) <= LONGEST_SAMPLE
        and (length <= LONGEST_FROM_MIDNIGHT or s[2] != midnight)
    ]


def _newest_claim(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return the newest claim of the best source that makes one."""
    claims = [(layer, s) for layer, rows in ranked for s in rows if s.steps > 0]
    best = min((layer for layer, _ in claims), default=None)
    newest = max(
        (s for layer, s in claims if layer == best),
        key=lambda s: (s.written_at, s.end, s.steps, s.id),
        default=None,
    )
    return [(best, [newest])] if best and newest else []


def _swept_together(ranked: Iterable[Ranked], marks: Sequence[int]) -> list[SweptBucket]:
    """Sweep samples that may all speak; sources of one rank share a layer."""
    layers: dict[Rank, list[SampleFact]] = {}
    for layer, rows in ranked:
        layers.setdefault(layer, []).extend(rows)
    return sweep_layers([layers[layer] for layer in sorted(layers)], marks, per=THOUSAND)


def rank(source: SourceFact, *, typed: bool = False) -> Rank:
    """Return the rank of what a source measured, or else typed, the smallest best.

    Where the person has chosen nothing, hand-typed samples lead, as they do in Apple Health, and
    other apps come newest first.
    """
    if typed and source.position is None:
        return FIRST_BY_DEFAULT, 0
    age = -ticks(source.first_seen_at) if source.kind == OTHER_APP else 0
    return place(source), age


def place(source: SourceFact) -> int:
    """Return the person's own order first, then the default by kind; 1 is best."""
    own = source.position
    return own if own is not None else FIRST_BY_DEFAULT + KIND_PLACE[source.kind]
