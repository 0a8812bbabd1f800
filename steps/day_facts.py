"""What is known about a person's local day, as values that the merge works on. Pure.

Instants of facts are whole microseconds (``steps.ticks``), steps are whole thousandths.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from steps.ticks import ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFact:
    """A source as the merge needs it. ``position`` is the person's own order, 1 first, or None.

    ``outdone``: it is hidden on this day because it only fills gaps, and there is none.
    """

    id: str
    connection_id: str
    kind: str
    channel: str
    position: int | None
    hidden: bool
    first_seen_at: datetime
    outdone: bool = False


class SampleFact(NamedTuple):
    """A raw sample near the day. A tuple, because days are made of thousands."""

    id: str
    source_id: str
    start: int
    end: int
    steps: int
    manual: bool
    written_at: int
    as_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketFact:
    """An already merged window near the day; ``whole_day`` rows have no instants."""

    source_id: str
    whole_day: bool
    start: int | None
    end: int | None
    steps: int
    manual_steps: int
    as_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedFact:
    """What a source gave to the day when its raw samples were folded.

    ``hours`` are whole steps (no thousandths) per hour of the day, None where nothing of the source
    counted; ``reported`` None says that the source had nothing that may count. Both once without
    and once with hand-typed steps. ``left_out`` are steps by reason.
    """

    source_id: str
    hours: Sequence[int] | None
    hours_with_manual: Sequence[int] | None
    reported: int | None
    reported_with_manual: int | None
    left_out: Mapping[str, int]
    typed: bool
    as_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What is known about a local day.

    ``borders``: its hour borders (UTC), ends included; ``marks`` are the same as ticks.
    """

    borders: Sequence[datetime]
    sources: Sequence[SourceFact]
    samples: Sequence[SampleFact]
    buckets: Sequence[BucketFact]
    folded: Sequence[FoldedFact] = field(default=())
    marks: Sequence[int] = field(init=False)

    def __post_init__(self) -> None:
        """Work the marks out once for all that is done with the day."""
        object.__setattr__(self, "marks", [ticks(border) for border in self.borders])
