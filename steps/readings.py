"""What an intake hands to the ledger: typed statements of one source about windows. Pure values."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """Who counted. ``kind`` is a ``SourceKind``, ``channel`` a ``Channel`` value."""

    key: str
    name: str
    kind: str
    channel: str


class SampleReading(NamedTuple):
    """A raw interval. ``written_at`` None means: not told, so as old as any other.

    Instants are ticks and steps are thousandths (``steps.ticks``): uploads hold thousands of these.
    ``place`` is where the record stood in what the client sent, for answers about it.
    """

    external_id: str
    source: SourceReading
    start: int
    end: int
    steps: int
    manual: bool
    written_at: int | None
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketReading:
    """Steps of a window within a day; with ``whole_day`` a day total and no instants are needed."""

    source: SourceReading
    date: date
    whole_day: bool
    start: datetime | None
    end: datetime | None
    steps: Decimal
    manual_steps: Decimal
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteWindowReading:
    """The sender's word that it listed every sample it has between two instants (UTC)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one report says. ``as_of`` is when the sender looked, never later than received."""

    person_id: int
    connection_id: uuid.UUID
    provider: str
    via: str
    as_of: datetime
    received_at: datetime
    batch_id: str = ""
    installation_id: uuid.UUID | None = None
    samples: tuple[SampleReading, ...] = ()
    deleted: tuple[str, ...] = ()
    buckets: tuple[BucketReading, ...] = ()
    window: CompleteWindowReading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A record that cannot count, and why. ``index`` is its place in ``list`` of what was sent."""

    index: int
    code: str
    detail: str
    list: str = "samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a delivery: ``touched`` days it spoke about, ``changed`` days it moved.

    ``derived`` are the merged steps of the days it made be worked out again; None is unknown.
    """

    accepted: int
    unchanged: int
    rejected: tuple[Rejection, ...]
    touched: frozenset[date]
    changed: frozenset[date]
    derived: dict[date, int | None]
