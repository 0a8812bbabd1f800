"""What phones and trackers tell in a season. Pure values; instants are whole minutes since 1970."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def minute_of(instant: datetime) -> int:
    """Return the minute an instant (aware) falls into."""
    return (instant - EPOCH) // MINUTE


def instant_of(minute: int) -> datetime:
    """Return the beginning of a minute (UTC)."""
    return EPOCH + minute * MINUTE


@dataclass(frozen=True, slots=True)
class Walk:
    """A sample of a phone's health store: the same whole steps in each of its minutes."""

    id: str
    thing: str
    start: int
    minutes: int
    per_minute: int
    typed: bool = False

    @property
    def end(self) -> int:
        """The minute after its last."""
        return self.start + self.minutes


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a tracker's cloud; ``typed`` of ``per_minute`` were entered by hand."""

    start: int
    per_minute: int
    typed: int


@dataclass(frozen=True, slots=True)
class Total:
    """A day total of a tracker's cloud."""

    day: date
    steps: int
    typed: int


@dataclass(frozen=True, slots=True)
class Look:
    """One delivery: true as of ``looked``, heard at ``received``.

    ``complete`` are two minutes between which the phone listed everything it had.
    """

    looked: datetime
    received: datetime
    walks: tuple[Walk, ...] = ()
    gone: tuple[str, ...] = ()
    complete: tuple[int, int] | None = None
    hours: tuple[Hour, ...] = ()
    totals: tuple[Total, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether it names any steps, were it none."""
        return bool(self.walks or self.hours or self.totals)


@dataclass
class Life:
    """Where somebody lives since when, and what their phone and their tracker tell."""

    stays: list[tuple[int, str]]
    phone: list[Look] = field(default_factory=list)
    cloud: list[Look] = field(default_factory=list)
