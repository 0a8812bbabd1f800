"""Samples and devices that two accounts share: with a UUID they exist once in the world.

Of the sample ids one in sixteen is compared (``SPOT_CHECKED_ID``): a copied day is a copied day in
every sixteenth of its samples too, and the index costs a sixteenth. A source key that carries a
UUID names one device.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import connection

from steps.merge import DayResult
from steps.models import DEVICE_KEY, SPOT_CHECKED_ID
from steps.plausibility import Code, Severity, Suspicion

# A single shared id may be some app's placeholder.
FEWEST_SHARED = 2

_LOOK = f"""
    SELECT mine.start, NULL::uuid, other.person_id
    FROM steps_sample mine JOIN steps_sample other
      ON other.external_id = mine.external_id AND other.person_id <> mine.person_id
    WHERE mine.person_id = %s AND mine."end" >= %s AND mine.start < %s
      AND mine.external_id ~ '{SPOT_CHECKED_ID}' AND other.external_id ~ '{SPOT_CHECKED_ID}'
    UNION ALL
    SELECT NULL, mine.id, other.person_id
    FROM steps_source mine JOIN steps_source other
      ON other.key = mine.key AND other.person_id <> mine.person_id
    WHERE mine.person_id = %s AND mine.key ~ '{DEVICE_KEY}' AND other.key ~ '{DEVICE_KEY}'
"""  # noqa: S608 - constants only


class SharedDay(Protocol):
    """A derived day as this rule needs it."""

    @property
    def borders(self) -> list[datetime]:
        """Its hour borders (UTC)."""

    @property
    def with_manual(self) -> DayResult:
        """The day with everything that was said about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What is shared: instants of samples, and sources by id, each with the other person's id."""

    samples: list[tuple[datetime, int]]
    devices: list[tuple[str, int]]


def look(*, person_id: int, since: datetime, until: datetime) -> Shared:
    """Find what other accounts hold of the person's samples between two instants and devices."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [person_id, since, until, person_id])
        rows = cursor.fetchall()
    return Shared(
        samples=[(start, other) for start, source, other in rows if source is None],
        devices=[(str(source), other) for _, source, other in rows if source is not None],
    )


def suspicions(shared: Shared, day: SharedDay) -> list[Suspicion]:
    """Return what strikes on one day."""
    found = []
    within = day.borders[0], day.borders[-1]
    samples = [other for start, other in shared.samples if within[0] <= start < within[1]]
    if len(samples) >= FEWEST_SHARED:
        found.append(_same_samples(samples))
    speaking = {share.source_id for share in day.with_manual.shares}
    devices = [(source, other) for source, other in shared.devices if source in speaking]
    if devices:
        found.append(_same_device(devices))
    return found


def _same_samples(others: list[int]) -> Suspicion:
    return Suspicion(
        code=Code.SAME_SAMPLES,
        severity=Severity.HOLD,
        reason="Another account holds the very same samples, by ids that exist once in the world.",
        evidence={"shared_samples_seen": len(others), "other_person_ids": sorted(set(others))},
    )


def _same_device(devices: list[tuple[str, int]]) -> Suspicion:
    return Suspicion(
        code=Code.SAME_DEVICE,
        severity=Severity.REVIEW,
        reason="Another account receives steps of the very same device.",
        evidence={
            "source_ids": sorted({source for source, _ in devices}),
            "other_person_ids": sorted({other for _, other in devices}),
        },
    )
