"""Which steps no human makes, and which deserve a second look. Pure.

Amateur sprints reach about 230 steps a minute for half a minute and the fastest man on record 262
for seconds, so more than 300 over ten seconds cannot be; the longest distance ever run in a day
takes some 280,000 steps, a long hike 40,000. Hand-typed samples are judged by policy, not here: a
person types three thousand steps into one minute without a thought of cheating. Merged windows are
judged by their pace like samples, day totals by the rules about days.

Nothing here cuts anything: every rule that strikes becomes a finding that says why, for somebody to
decide about.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from steps.day_facts import DayFacts, SampleFact
from steps.day_parts import has_part
from steps.ticks import HOUR, SECOND, THOUSAND, instant

MINUTE = 60 * SECOND
IMPLAUSIBLE_PER_MINUTE = 240
IMPLAUSIBLE_FOR = MINUTE
IMPOSSIBLE_PER_MINUTE = 300
IMPOSSIBLE_FOR = 10 * SECOND
DAY_HIGH = 40_000
DAY_VERY_HIGH = 100_000
METRONOME_FOR = HOUR // 2
METRONOME_LEAST = 10
JOINED = SECOND
MOST_EVIDENCE = 5


class Severity(StrEnum):
    """What a finding asks for: nothing, somebody's look, or to wait until somebody has looked."""

    NOTE = "note"
    REVIEW = "review"
    HOLD = "hold"


class Code(StrEnum):
    """The rules. The last two compare people and come from ``steps.across``."""

    CADENCE_IMPOSSIBLE = "cadence_impossible"
    CADENCE_IMPLAUSIBLE = "cadence_implausible"
    METRONOME = "metronome"
    DAY_HIGH = "day_high"
    DAY_VERY_HIGH = "day_very_high"
    SAME_SAMPLES = "same_samples_two_accounts"
    SAME_DEVICE = "same_device_two_accounts"


OF_THE_NUMBER = frozenset({Code.DAY_HIGH, Code.DAY_VERY_HIGH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A rule that struck, in words and with what it saw. ``evidence`` is JSON."""

    code: Code
    severity: Severity
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict)


Run = list[SampleFact]


def impossible(samples: Sequence[SampleFact]) -> frozenset[str]:
    """Return the ids of samples faster than any human over ten seconds or longer."""
    runs = _runs(_faster(samples, IMPOSSIBLE_PER_MINUTE), _touches)
    return frozenset(
        s.id for run in runs if _kept_up(run, IMPOSSIBLE_PER_MINUTE, IMPOSSIBLE_FOR) for s in run
    )


def examine(facts: DayFacts, *, steps: int | None) -> list[Suspicion]:
    """Apply every rule about one person's day. ``steps`` is the day with hand-typed steps."""
    shown = {source.id for source in facts.sources if not source.hidden}
    first, last = facts.marks[0], facts.marks[-1]
    measured = [
        s
        for s in facts.samples
        if not s[5] and s[1] in shown and s[2] < last and (s[3] > first or s[2] == s[3] == first)
    ]
    paced = measured + _fast_windows(facts, shown) if facts.buckets else measured
    ids = impossible(paced)
    found = [
        _cadence_impossible([s for s in paced if s.id in ids]),
        _cadence_implausible([s for s in paced if s.id not in ids]),
        _metronome(measured),
        _day(steps),
    ]
    return [suspicion for suspicion in found if suspicion is not None]


def _fast_windows(facts: DayFacts, shown: Collection[str]) -> list[SampleFact]:
    """Return the merged windows whose measured part is fast enough to be judged, as samples."""
    return [
        SampleFact(
            id=f"{window.source_id}/{window.start}/{window.end}",
            source_id=window.source_id,
            start=window.start,
            end=window.end,
            steps=window.steps - window.manual_steps,
            manual=False,
            written_at=window.as_of,
            as_of=window.as_of,
        )
        for window in facts.buckets
        if window.source_id in shown
        and window.start
        and window.end
        and _is_faster(
            window.steps - window.manual_steps, window.end - window.start, IMPLAUSIBLE_PER_MINUTE
        )
        and has_part(window.start, window.end, facts.marks)
    ]


def _cadence_impossible(samples: Sequence[SampleFact]) -> Suspicion | None:
    if not samples:
        return None
    return Suspicion(
        code=Code.CADENCE_IMPOSSIBLE,
        severity=Severity.HOLD,
        reason=f"More than {IMPOSSIBLE_PER_MINUTE} steps a minute over ten seconds or longer: "
        "no human does that. Somebody should look before they count.",
        evidence=_evidence(samples),
    )


def _cadence_implausible(samples: Sequence[SampleFact]) -> Suspicion | None:
    """Runs that are too fast for too long; a shorter one strikes with a minute's steps in it."""
    runs = _runs(_faster(samples, IMPLAUSIBLE_PER_MINUTE), _touches)
    fast = [s for run in runs if _too_long_too_fast(run) for s in run]
    if not fast:
        return None
    return Suspicion(
        code=Code.CADENCE_IMPLAUSIBLE,
        severity=Severity.REVIEW,
        reason=f"More than {IMPLAUSIBLE_PER_MINUTE} steps a minute, kept up for a minute or "
        "longer: faster than a sprint.",
        evidence=_evidence(fast),
    )


def _too_long_too_fast(run: Sequence[SampleFact]) -> bool:
    if _length(run) < IMPLAUSIBLE_FOR:
        return sum(s.steps for s in run) > IMPLAUSIBLE_PER_MINUTE * THOUSAND
    return _kept_up(run, IMPLAUSIBLE_PER_MINUTE, IMPLAUSIBLE_FOR)


def _kept_up(run: Sequence[SampleFact], per_minute: int, at_least: int) -> bool:
    length = _length(run)
    return length >= at_least and _is_faster(sum(s.steps for s in run), length, per_minute)


def _is_faster(steps: int, length: int, per_minute: int) -> bool:
    """Compare thousandths of a step in so many ticks with steps a minute."""
    return steps * MINUTE > per_minute * THOUSAND * length


def _metronome(samples: Sequence[SampleFact]) -> Suspicion | None:
    if not _many_alike(samples):
        return None
    runs = _runs([s for s in samples if s.steps > 0 and s.end > s.start], _repeats)
    beats = [r for r in runs if len(r) >= METRONOME_LEAST and _length(r) > METRONOME_FOR]
    if not beats:
        return None
    return Suspicion(
        code=Code.METRONOME,
        severity=Severity.REVIEW,
        reason="The same count in the same interval for more than half an hour: "
        "a machine walks like that.",
        evidence=_evidence([s for run in beats for s in run]),
    )


def _many_alike(samples: Sequence[SampleFact]) -> bool:
    """Whether it is worth looking for runs at all: on most days no count comes ten times."""
    alike = Counter([(s[1], s[4], s[3] - s[2]) for s in samples])
    return max(alike.values(), default=0) >= METRONOME_LEAST


def _day(steps: int | None) -> Suspicion | None:
    if steps is None or steps <= DAY_HIGH:
        return None
    evidence = {"steps": steps, "limit": DAY_VERY_HIGH if steps > DAY_VERY_HIGH else DAY_HIGH}
    if steps > DAY_VERY_HIGH:
        return Suspicion(
            code=Code.DAY_VERY_HIGH,
            severity=Severity.HOLD,
            reason=f"More than {DAY_VERY_HIGH:,} steps in a day: only an ultramarathon does that.",
            evidence=evidence,
        )
    return Suspicion(
        code=Code.DAY_HIGH,
        severity=Severity.REVIEW,
        reason=f"More than {DAY_HIGH:,} steps in a day: rare, and worth a question.",
        evidence=evidence,
    )


def _faster(samples: Iterable[SampleFact], per_minute: int) -> list[SampleFact]:
    limit = per_minute * THOUSAND
    return [s for s in samples if s[4] * MINUTE > limit * (s[3] - s[2])]


def _runs(samples: Sequence[SampleFact], goes_on: Callable[[Run, SampleFact], bool]) -> list[Run]:
    """Cut each source's samples into runs: a sample joins while it ``goes_on`` from the run."""
    runs: list[Run] = []
    for sample in sorted(samples, key=lambda s: (s.source_id, s.start, s.end)):
        last = runs[-1] if runs else None
        if last and last[-1].source_id == sample.source_id and goes_on(last, sample):
            last.append(sample)
        else:
            runs.append([sample])
    return runs


def _touches(run: Run, sample: SampleFact) -> bool:
    return sample.start - max(s.end for s in run[-2:]) <= JOINED


def _repeats(run: Run, sample: SampleFact) -> bool:
    before = run[-1]
    same = sample.steps == before.steps and sample.end - sample.start == before.end - before.start
    return same and 0 <= sample.start - before.end <= JOINED


def _length(run: Sequence[SampleFact]) -> int:
    return max(s.end for s in run) - run[0].start


def _evidence(samples: Sequence[SampleFact]) -> dict[str, Any]:
    """The fastest few samples or windows and how many there are in all."""
    worst = sorted(samples, key=lambda s: (-_per_minute(s), s.start))[:MOST_EVIDENCE]
    return {"samples": len(samples), "worst": [_shown(s) for s in worst]}


def _per_minute(sample: SampleFact) -> float:
    return sample.steps / THOUSAND * MINUTE / max(sample.end - sample.start, SECOND)


def _shown(sample: SampleFact) -> dict[str, Any]:
    return {
        "source_id": sample.source_id,
        "start": instant(sample.start).isoformat(),
        "end": instant(sample.end).isoformat(),
        "steps": sample.steps / THOUSAND,
        "per_minute": round(_per_minute(sample), 1),
    }
