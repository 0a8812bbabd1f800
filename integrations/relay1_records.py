"""The records of the ``relay/1`` format. Pure."""

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct, field

Instant = Annotated[datetime, Meta(tz=True)]
Id = Annotated[str, Meta(min_length=1, max_length=120)]
Text = Annotated[str, Meta(max_length=200)]


class MalformedUpload(Exception):
    """The body is no ``relay/1`` upload at all; ``detail`` says why, without repeating it."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class RelaySource(Struct, frozen=True):
    """What wrote a sample: bundle id, shown name, hardware and its system's version."""

    app: Text | None = None
    name: Text | None = None
    product: Text | None = None
    os: Text | None = None


class RelaySample(Struct):
    """Raw steps between two instants, with the offsets they came with.

    ``index`` is the place in the body, ``manual`` whether the writer flagged the sample as typed by
    hand, ``written`` when it was stored on the phone, if known.
    """

    id: Id
    start: Instant
    end: Instant
    count: float
    manual: bool | None = False
    source: RelaySource | None = None
    written: Instant | None = None
    index: int = 0


class RelayBucket(Struct):
    """The phone's own de-duplicated total between two instants. ``complete``: the time is over."""

    start: Instant
    end: Instant
    steps_all: float
    steps_without_manual: float | None = None
    local_date: date | None = None
    complete: bool = False
    index: int = 0


class RelayWindow(Struct):
    """The stretch an upload speaks about. ``complete``: every sample in it is listed."""

    start: Instant = field(name="from")
    end: Instant = field(name="to")
    complete: bool = False


class RelayInstallation(Struct):
    """The app and the phone it runs on, in the phone's words."""

    id: Annotated[str, Meta(max_length=80)] | None = None
    platform: Annotated[str, Meta(max_length=16)] | None = None
    os: Annotated[str, Meta(max_length=32)] | None = None
    app: Annotated[str, Meta(max_length=32)] | None = None
    build: Annotated[str, Meta(max_length=32)] | None = None
    model: Annotated[str, Meta(max_length=64)] | None = None


class Rejection(Struct, frozen=True):
    """A part of an upload that was not read; ``list`` names it, ``index`` is null for a single one.

    Codes: ``invalid_record``, ``invalid_text``, ``not_finite``, ``negative_count``,
    ``count_too_large``, ``ends_before_start``, ``date_out_of_range``, ``too_long``, ``wrong_date``,
    ``invalid_list``, ``too_many_records``, ``invalid_field``.
    """

    index: int | None
    code: str
    detail: str
    list: str


class RelayUpload(Struct):
    """A decoded upload: what could be read, and what not. ``sent_at`` is by the phone's clock."""

    samples: list[RelaySample]
    deleted: list[str]
    buckets: list[RelayBucket]
    window: RelayWindow | None
    installation: RelayInstallation | None
    status: dict[str, Any] | None
    sent_at: datetime | None
    time_zone: str | None
    batch_id: str | None
    rejected: list[Rejection]


class Wire(Struct):
    """The body as it is written. Lists are filled before they are checked.

    An upload may come in parts of one ``batch_id``; only the last of them is ``final``.
    """

    schema: str
    samples: list[RelaySample] = []
    deleted: list[Id] = []
    buckets: list[RelayBucket] = []
    window: RelayWindow | None = None
    installation: RelayInstallation | None = None
    status: dict[str, Any] | None = None
    sent_at: Instant | None = None
    time_zone: Text | None = None
    batch_id: Annotated[str, Meta(max_length=80)] | None = None
    final: bool | None = True
