"""What is known about a person's local day, as values that the merge works on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFact:
    """A source as the merge needs it. ``position`` is the person's own order, 1 first, or None."""

    id: str
    connection_id: str
    kind: str
    channel: str
    position: int | None
    hidden: bool
    first_seen_at: datetime


class SampleFact(NamedTuple):
    """A raw sample near the day (UTC instants). A tuple, because days are made of thousands."""

    id: str
    source_id: str
    start: datetime
    end: datetime
    steps: Decimal
    manual: bool
    written_at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketFact:
    """An already merged window near the day; ``whole_day`` rows have no instants."""

    source_id: str
    whole_day: bool
    start: datetime | None
    end: datetime | None
    steps: Decimal
    manual_steps: Decimal
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedFact:
    """What a source gave to the day when its raw samples were folded.

    ``hours`` are whole steps per hour of the day, None where nothing of the source counted;
    ``reported`` None says that the source had nothing that may count. Both once without and once
    with hand-typed steps. ``left_out`` are steps by reason.
    """

    source_id: str
    hours: Sequence[int] | None
    hours_with_manual: Sequence[int] | None
    reported: int | None
    reported_with_manual: int | None
    left_out: Mapping[str, int]
    typed: bool
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What is known about a local day. ``borders``: its hour borders (UTC), ends included."""

    borders: Sequence[datetime]
    sources: Sequence[SourceFact]
    samples: Sequence[SampleFact]
    buckets: Sequence[BucketFact]
    folded: Sequence[FoldedFact] = field(default=())
