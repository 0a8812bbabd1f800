"""Keeps what the rules of plausibility found true: opened, brought up to date and cleared again.

The rules about one person's day come with the derived days, those that compare people from
``steps.across``; of two accounts it is the later one that learns of it first.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import msgspec
from psycopg.types.json import Jsonb

from steps import across
from steps.models import Finding
from steps.plausibility import OF_THE_NUMBER, Severity, Suspicion
from users import binary
from users.binary import Question, Statement
from users.models import User
from users.plain_models import instance


class JudgedDay(across.SharedDay, Protocol):
    """A derived day with the rules that struck on it."""

    @property
    def date(self) -> date:
        """The local day."""

    @property
    def suspicions(self) -> list[Suspicion]:
        """The rules about this person alone that struck."""

    @property
    def sampled(self) -> bool:
        """Whether the day has raw samples."""

    @property
    def folded(self) -> bool:
        """Whether rules about raw samples can no longer be judged."""


def settle(
    *, person: User, days: Sequence[JudgedDay], devices: Mapping[str, str], now: datetime
) -> None:
    """Make the open findings of the days agree with the rules, in the caller's transaction.

    ``devices`` are the person's sources that name one device in the world, ids by key.
    """
    if not days:
        return
    seen, kept = binary.ask(
        across.look(
            person_id=person.pk,
            samples=[each for day in days for each in day.unique],
            devices=devices if any(day.sampled for day in days) else {},  # a cloud names nobody
        ),
        _open_of(person.pk, [day.date for day in days]),
    )
    fresh: list[tuple[date, Suspicion]] = []
    for day in days:
        found = {s.code.value: s for s in [*day.suspicions, *across.suspicions(seen, day)]}
        unknown = found.keys() - {code for at, code in kept if at == day.date}
        fresh += [(day.date, found[code]) for code in sorted(unknown)]
        for (at, code), row in kept.items():
            if at == day.date:
                _bring_up_to_date(row, found.get(code), day, now)
    _store(fresh, person, now)


def open_on(*, person_id: int, day: date) -> list[Finding]:
    """Return the findings that hold on a day, gravest first."""
    rank = {Severity.HOLD: 0, Severity.REVIEW: 1, Severity.NOTE: 2}
    rows = Finding.objects.filter(person_id=person_id, date=day, cleared_at__isnull=True)
    return sorted(rows, key=lambda row: (rank[Severity(row.severity)], row.code))


_OPEN_COLUMNS = ["id", "date", "code", "severity", "reason", "evidence"]
_OPEN = f"""
    SELECT {", ".join(_OPEN_COLUMNS)} FROM steps_finding
    WHERE person_id = %s AND date = ANY(%s) AND cleared_at IS NULL
"""  # noqa: S608 - the columns above
_CLEAR = "UPDATE steps_finding SET cleared_at = %s WHERE id = %s"
_TELL = "UPDATE steps_finding SET severity = %s, reason = %s, evidence = %s WHERE id = %s"
_NEW = """
    INSERT INTO steps_finding (person_id, date, code, severity, reason, evidence, found_at)
    SELECT %s, date, code, severity, reason, evidence::jsonb, %s
    FROM unnest(%s::date[], %b::text[], %b::text[], %b::text[], %b::text[])
        AS finding (date, code, severity, reason, evidence)
"""


def _open_of(person_id: int, dates: Sequence[date]) -> Question[dict[tuple[date, str], Finding]]:
    return Question(Statement(_OPEN, [person_id, list(dates)]), _by_day_and_code)


def _by_day_and_code(rows: list[Any]) -> dict[tuple[date, str], Finding]:
    found = [instance(Finding, _OPEN_COLUMNS, row) for row in rows]
    return {(each.date, each.code): each for each in found}


def _store(fresh: Sequence[tuple[date, Suspicion]], person: User, now: datetime) -> None:
    if fresh:
        told = [suspicion for _, suspicion in fresh]
        texts = [
            [each.code.value for each in told],
            [each.severity.value for each in told],
            [each.reason for each in told],
            [msgspec.json.encode(each.evidence).decode() for each in told],
        ]
        dates = [day for day, _ in fresh]
        binary.run(_NEW, [person.pk, now, dates, *map(binary.texts, texts)])


def _bring_up_to_date(
    row: Finding, suspicion: Suspicion | None, day: JudgedDay, now: datetime
) -> None:
    if suspicion is None:
        if row.code in OF_THE_NUMBER or not day.folded:
            binary.run(_CLEAR, [now, row.pk])
        return
    told = (suspicion.severity.value, suspicion.reason, suspicion.evidence)
    if told != (row.severity, row.reason, row.evidence):
        binary.run(_TELL, [*told[:2], Jsonb(suspicion.evidence), row.pk])
