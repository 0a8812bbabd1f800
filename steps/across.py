"""Samples and devices that two accounts share: with a UUID they exist once in the world.

Of the sample ids one in sixteen is compared (``SPOT_CHECKED_ID``): a copied day is a copied day in
every sixteenth of its samples too. The index goes by the last character alone and so holds little
more than those, at a fifth of what looking at all characters costs. A source key that carries a
UUID names one device.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from steps.day_facts import DayFacts
from steps.merge import DayResult
from steps.models import DEVICE_KEY, SPOT_CHECKED_END, SPOT_CHECKED_ID
from steps.plausibility import Code, Severity, Suspicion
from users import binary
from users.binary import Question, Statement

# A single shared id may be some app's placeholder.
FEWEST_SHARED = 2
_IS_SPOT_CHECKED = re.compile(SPOT_CHECKED_ID).search

_LOOK = f"""
    SELECT 0, external_id, person_id FROM steps_sample
    WHERE external_id = ANY(%(ids)b::text[]) AND external_id LIKE '%%{SPOT_CHECKED_END}'
      AND person_id <> %(person)s
    UNION ALL
    SELECT 1, key, person_id FROM steps_source
    WHERE key = ANY(%(keys)b::text[]) AND key ~ '{DEVICE_KEY}' AND person_id <> %(person)s
"""  # noqa: S608 - constants only


class SharedDay(Protocol):
    """A derived day as this rule needs it."""

    @property
    def with_manual(self) -> DayResult:
        """The day with everything that was said about it."""

    @property
    def unique(self) -> Sequence[str]:
        """The ids of its samples that exist once in the world."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found: sample ids and sources that others have too, each with the others' ids."""

    samples: dict[str, list[int]]
    devices: list[tuple[str, int]]


def unique(facts: DayFacts) -> list[str]:
    """Return the ids of a day's samples that are compared."""
    first, last = facts.marks[0], facts.marks[-1]
    likely = [sample for sample in facts.samples if sample[0].endswith(SPOT_CHECKED_END)]
    return [
        sample[0] for sample in likely if first <= sample[2] < last and _IS_SPOT_CHECKED(sample[0])
    ]


def look(*, person_id: int, samples: Iterable[str], devices: Mapping[str, str]) -> Question[Seen]:
    """Ask what other accounts hold of the person's samples and devices (ids of sources by key)."""
    parameters = {
        "ids": binary.texts(list(samples)),
        "keys": binary.texts(list(devices)),
        "person": person_id,
    }
    return Question(Statement(_LOOK, parameters), partial(_seen, devices))


def _seen(devices: Mapping[str, str], rows: Iterable[tuple[int, str, int]]) -> Seen:
    seen = Seen(samples={}, devices=[])
    for what, name, number in rows:
        if what == 0:
            seen.samples.setdefault(name, []).append(number)
        else:
            seen.devices.append((devices[name], number))
    return seen


def suspicions(seen: Seen, day: SharedDay) -> list[Suspicion]:
    """Return what strikes on one day."""
    found = []
    samples = [other for each in day.unique for other in seen.samples.get(each, ())]
    if len(samples) >= FEWEST_SHARED:
        found.append(_same_samples(samples))
    speaking = {share.source_id for share in day.with_manual.shares}
    devices = [(source, other) for source, other in seen.devices if source in speaking]
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
