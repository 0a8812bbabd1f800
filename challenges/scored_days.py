"""Turns what is known of days into scored days, for participants whose rows are locked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from challenges import rules
from challenges.day_inputs import day_inputs
from challenges.models import Participant
from challenges.worth import Worth, counts_on, worth
from steps.kept_days import Kept
from users import binary
from users.binary import Question, Statement

Where = tuple[int, date]
_NOTHING = Worth(steps=0, counted=0)


class Gain(NamedTuple):
    """What the sums over somebody's scored days have gained or, below zero, lost."""

    counted: int
    steps: int
    days: int

    def plus(self, other: "Gain") -> "Gain":
        """Return both together."""
        return Gain(self.counted + other.counted, self.steps + other.steps, self.days + other.days)


NO_GAIN = Gain(0, 0, 0)
_KEPT = """
    SELECT participant_id, date, steps, counted, typed, converted FROM challenges_scoredday
    WHERE participant_id = ANY(%b::bigint[])
"""
_ON_DATES = """
    SELECT participant_id, date, steps, counted, typed, converted FROM challenges_scoredday
    WHERE participant_id = ANY(%b::bigint[]) AND date = ANY(%s)
"""
_STORE = """
    INSERT INTO challenges_scoredday (participant_id, date, steps, counted, typed, converted)
    SELECT * FROM unnest(
        %b::bigint[], %s::date[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[]
    )
    ON CONFLICT (participant_id, date) DO UPDATE SET
        steps = excluded.steps, counted = excluded.counted, typed = excluded.typed,
        converted = excluded.converted
"""
_DELETE = """
    DELETE FROM challenges_scoredday scored
    USING unnest(%b::bigint[], %s::date[]) AS gone (participant_id, date)
    WHERE scored.participant_id = gone.participant_id AND scored.date = gone.date
"""


class KnownDays(NamedTuple):
    """What is known of days of one person: merged, and as they are scored."""

    merged: Mapping[date, Kept]
    scored: Mapping[Where, Worth]

    def of(self, participants: Sequence[Participant], dates: Collection[date]) -> "KnownDays":
        """Return what of it is about some of the participants and dates."""
        people, days = {row.pk for row in participants}, set(dates)
        merged = {day: kept for day, kept in self.merged.items() if day in days}
        scored = {at: each for at, each in self.scored.items() if at[0] in people and at[1] in days}
        return KnownDays(merged, scored)


NOTHING_KNOWN = KnownDays({}, {})


def of_participants(
    participant_ids: Sequence[int], dates: Collection[date]
) -> Question[dict[Where, Worth]]:
    """Ask for their scored days."""
    parameters = [binary.integers(participant_ids), list(dates)]
    return Question(Statement(_ON_DATES, parameters), _by_place)


def rewrite(
    participants: Sequence[Participant],
    dates: Collection[date] | None,
    known: KnownDays | None = None,
) -> dict[int, Gain]:
    """Make the scored days of ``dates`` (None: of the whole window) follow from what is known.

    Writes only what differs and returns, by participant, what that adds to the sums of the days.
    ``known`` is what the caller has read of these participants and dates.
    """
    wanted = worths(participants, dates, known.merged if known else None)
    stored = known.scored if known else kept(participants, dates)
    differing = {where: found for where, found in wanted.items() if stored.get(where) != found}
    gone = stored.keys() - wanted.keys()
    _store(differing)
    _delete(gone)
    gains: dict[int, Gain] = {}
    for where in differing.keys() | gone:
        gain = _gain(stored.get(where), wanted.get(where))
        gains[where[0]] = gains.get(where[0], NO_GAIN).plus(gain)
    return gains


def _gain(before: Worth | None, after: Worth | None) -> Gain:
    old, new = before or _NOTHING, after or _NOTHING
    days = (after is not None) - (before is not None)
    return Gain(new.counted - old.counted, new.steps - old.steps, days)


def worths(
    participants: Sequence[Participant],
    dates: Collection[date] | None,
    merged: Mapping[date, Kept] | None = None,
) -> dict[Where, Worth]:
    """Return what every known day in the window is worth to each participant.

    ``merged`` are the days of the one person it is about, where the caller has read them.
    """
    given = day_inputs(participants, dates, merged)
    found: dict[Where, Worth] = {}
    for participant in participants:
        terms = participant.challenge
        for day, known in given.get(participant.pk, {}).items():
            counting = counts_on(day, participant.counts_from)
            value = worth(known, terms, counting=counting)
            if value is not None and rules.in_window(day, terms):
                found[participant.pk, day] = value
    return found


def kept(participants: Sequence[Participant], dates: Collection[date] | None) -> dict[Where, Worth]:
    """Return the scored days that are stored."""
    ids = [row.pk for row in participants]
    if dates is not None:
        return binary.ask(of_participants(ids, dates))[0]
    return _by_place(binary.rows(_KEPT, [binary.integers(ids)]))


def _by_place(found: list[Any]) -> dict[Where, Worth]:
    return {(who, day): Worth(*numbers) for who, day, *numbers in found}


def _store(worths_by_place: dict[Where, Worth]) -> None:
    if worths_by_place:
        every = worths_by_place.values()
        numbers = [
            [each.steps for each in every],
            [each.counted for each in every],
            [each.typed for each in every],
            [each.converted for each in every],
        ]
        binary.run(_STORE, [*_columns(worths_by_place), *map(binary.integers, numbers)])


def _delete(places: Collection[Where]) -> None:
    if places:
        binary.run(_DELETE, _columns(places))


def _columns(places: Collection[Where]) -> list[Any]:
    return [binary.integers([who for who, _ in places]), [day for _, day in places]]
