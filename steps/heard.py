"""What the sources of a connection say about a day, parted into what may count or not. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from steps.day_facts import BucketFact, DayFacts, FoldedFact, SampleFact, SourceFact
from steps.day_parts import has_part, part_of
from steps.ticks import THOUSAND

MANUAL = "manual"


@dataclass(slots=True, kw_only=True)
class Heard:
    """The statements of some sources about a day.

    ``samples`` are those that may count, by source; of ``folded`` the ``speaking`` ones do.
    ``typed`` samples may count only where manual steps do.
    """

    sources: dict[str, SourceFact]
    samples: dict[str, list[SampleFact]] = field(default_factory=dict)
    typed: list[SampleFact] = field(default_factory=list)
    windows: list[BucketFact] = field(default_factory=list)
    totals: list[BucketFact] = field(default_factory=list)
    folded: list[FoldedFact] = field(default_factory=list)
    speaking: list[FoldedFact] = field(default_factory=list)


def hear(facts: DayFacts, sources: dict[str, SourceFact], *, count_manual: bool) -> Heard:
    """Part what the given sources say. Day totals come oldest first."""
    heard = Heard(sources=sources)
    _hear_buckets(heard, facts)
    heard.folded = [f for f in facts.folded if f.source_id in sources]
    if heard.folded:  # the raw samples that may still lie around are already in it
        heard.speaking = [
            f for f in heard.folded if folded_report(f, count_manual=count_manual) is not None
        ]
    else:
        _hear_samples(heard, facts, count_manual=count_manual)
    return heard


def _hear_buckets(heard: Heard, facts: DayFacts) -> None:
    for bucket in facts.buckets:
        if bucket.source_id not in heard.sources:
            continue
        if bucket.whole_day:
            heard.totals.append(bucket)
        elif bucket.start and bucket.end and has_part(bucket.start, bucket.end, facts.marks):
            heard.windows.append(bucket)
    heard.totals.sort(key=lambda b: b.as_of)


def _hear_samples(heard: Heard, facts: DayFacts, *, count_manual: bool) -> None:
    first, last, sources = facts.marks[0], facts.marks[-1], heard.sources
    spoken = [
        sample
        for sample in facts.samples
        if sample[1] in sources
        and sample[2] < last
        and (sample[3] > first or sample[2] == sample[3] == first)
    ]
    measured = [sample for sample in spoken if not sample[5]]
    if len(measured) < len(spoken):
        heard.typed = [sample for sample in spoken if sample.manual]
    by_source = defaultdict[str, list[SampleFact]](list)
    for sample in measured + heard.typed if count_manual else measured:
        by_source[sample[1]].append(sample)
    heard.samples = by_source


def folded_report(fact: FoldedFact, *, count_manual: bool) -> int | None:
    """Return what a source had said in samples that may count, before these were folded."""
    return fact.reported_with_manual if count_manual else fact.reported


def left_out_of_samples(
    heard: Heard, marks: Sequence[int], *, count_manual: bool
) -> dict[str, int]:
    """Return the whole steps left out of samples, by reason."""
    steps = {} if count_manual or not heard.typed else {MANUAL: _sum(heard.typed, marks)}
    found = {reason: floor(value) for reason, value in steps.items() if value > 0}
    for fact in heard.folded:
        for reason, value in fact.left_out.items():
            if reason != MANUAL or not count_manual:
                found[reason] = found.get(reason, 0) + value
    return found


def left_out_of_buckets(heard: Heard, *, count_manual: bool) -> dict[str, int]:
    """Return the whole steps that day totals, or else windows, say were typed by hand."""
    typed = sum(b.manual_steps for b in heard.totals) or sum(b.manual_steps for b in heard.windows)
    whole = typed // THOUSAND
    return {MANUAL: whole} if whole and not count_manual else {}


def reported(heard: Heard, marks: Sequence[int], *, count_manual: bool) -> dict[str, Fraction]:
    """Return what each source said in samples for this day; sources overlap each other."""
    said = {source: _sum(rows, marks) for source, rows in heard.samples.items()}
    for fact in heard.speaking:
        said[fact.source_id] = Fraction(folded_report(fact, count_manual=count_manual) or 0)
    return said


def said_by(facts: DayFacts, sources: dict[str, SourceFact]) -> dict[str, Fraction]:
    """Return what each of the sources said, measured, in samples or else totals or windows."""
    heard = hear(facts, sources, count_manual=False)
    said: dict[str, Fraction] = {}
    for bucket in heard.windows:
        said[bucket.source_id] = said.get(bucket.source_id, Fraction(0)) + counted(bucket)
    said |= {bucket.source_id: counted(bucket) for bucket in heard.totals}
    return said | reported(heard, facts.marks, count_manual=False)


def counted(bucket: BucketFact, *, count_manual: bool = False) -> Fraction:
    """Return what of a window may count."""
    return Fraction(counted_thousandths(bucket, count_manual=count_manual), THOUSAND)


def counted_thousandths(bucket: BucketFact, *, count_manual: bool) -> int:
    """Return what of a window may count, in thousandths of a step."""
    return bucket.steps if count_manual else bucket.steps - bucket.manual_steps


def _sum(samples: Sequence[SampleFact], marks: Sequence[int]) -> Fraction:
    """Sum up whole steps; only what reaches over the day's borders needs exact parts."""
    first, last = marks[0], marks[-1]
    whole = Fraction(sum([s[4] for s in samples]), THOUSAND)
    over = [s for s in samples if s[2] < first or s[3] > last]
    if not over:
        return whole
    outside = [s.steps * (1 - part_of(s.start, s.end, marks)) for s in over]
    return whole - sum(outside, Fraction(0)) / THOUSAND
