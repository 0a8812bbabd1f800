"""What a foreign app's upload says, in one form for all of them. Pure values."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from integrations.relay1_records import Rejection, RelayInstallation, RelaySample


class PushedDay(Struct, frozen=True, kw_only=True):
    """A total of one civil date in the phone's own zone, merged on the phone.

    ``partial``: it may cover a part of the day only, so it can raise what is known, never lower it.
    """

    date: date
    steps: Decimal
    index: int
    partial: bool = False


class PushedWindow(Struct, frozen=True, kw_only=True):
    """Steps between two instants, mostly an hour or less apart. ``partial`` as for a day."""

    start: datetime
    end: datetime
    steps: Decimal
    index: int
    partial: bool = False


class Push(Struct, kw_only=True):
    """Everything one upload says; ``client`` and ``name`` tell which app merged the numbers.

    ``self_reported``: a person can edit the numbers before they are sent. ``status`` is what the
    upload tells of the app's state; it adds to what is known. ``cause`` is why steps that were sent
    cannot be counted, or empty. ``sent_at`` is by the phone's clock.
    """

    client: str
    name: str
    self_reported: bool = False
    samples: list[RelaySample] = []
    days: list[PushedDay] = []
    windows: list[PushedWindow] = []
    rejected: list[Rejection] = []
    installation: RelayInstallation | None = None
    status: dict[str, Any] = {}
    sent_at: datetime | None = None
    cause: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether the upload says nothing about steps at all."""
        return not (self.samples or self.days or self.windows or self.cause)
