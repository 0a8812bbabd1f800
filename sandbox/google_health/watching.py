"""Notices what changes in people's accounts, whoever changed it: scripts, walks, late data."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sandbox.google_health.notices import notice
from sandbox.google_health.scopes import ACTIVITY
from sandbox.people import Person
from sandbox.records import Record
from sandbox.world import World
from sandbox.zones import local_date


@dataclass
class Seen:
    """An account as last seen: what counted on each scripted day, and how far the walk had synced.

    `deleted` is told once when the consent ends.
    """

    days: dict[date, tuple[Any, ...]] = field(default_factory=dict)
    synced: float | None = None


class Watch:
    """Compares the accounts that consented with what they were a moment ago."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._began = world.clock.timestamp()
        self._seen: dict[str, Seen] = {}

    def look(self, *, follow: bool, on_revoke: bool) -> list[dict[str, Any]]:
        """The messages about everything that changed since the last look.

        Of an account seen for the first time only what came after its consent is told.
        """
        granted = self._granted()
        messages = self._gone(granted.keys()) if on_revoke else []
        before, self._seen = self._seen, {}
        for email, since in granted.items():
            person = self._world.people.get(email)
            if person is None:
                continue
            now = self._seen[email] = self._state(person)
            days = _changed(person, before.get(email) or _as_of(now, since), now)
            if days and follow:
                messages.append(notice(person, days))
        return messages

    def _granted(self) -> dict[str, float]:
        """Whoever lets somebody read their activity, and since when (while this watch lasts)."""
        rows = self._world.store.rows(
            "SELECT grants.email, MIN(tokens.issued_at) AS since"
            " FROM grants JOIN tokens ON tokens.grant_id = grants.id"
            " WHERE grants.live = 1 AND grants.room = 'google' AND tokens.live = 1"
            " AND tokens.scopes LIKE ? GROUP BY grants.email",
            f"%{ACTIVITY}%",
        )
        return {row["email"]: max(row["since"], self._began) for row in rows}

    def _gone(self, granted: Set[str]) -> list[dict[str, Any]]:
        people = [self._world.people.get(email) for email in self._seen.keys() - granted]
        today = self._world.clock.now().date()
        return [notice(one, [today], operation="DELETE") for one in people if one is not None]

    def _state(self, person: Person) -> Seen:
        now = self._world.clock.timestamp()
        script = self._world.ledger.account(person).script
        days = {day: tuple(map(_mark, script.visible(day, now))) for day in script.days()}
        return Seen(days=days, synced=person.synced_until(now))


def _as_of(now: Seen, since: float) -> Seen:
    """An account as it was at its consent: without the lines of its script that came later."""
    days = {
        day: tuple(mark for mark in marks if mark[1] <= since) for day, marks in now.days.items()
    }
    return Seen(days=days, synced=now.synced)


def _mark(record: Record) -> tuple[Any, ...]:
    """What tells one line of a day's script from another."""
    amount = record.amount
    steps = sum(point.steps for point in record.points) if amount is None else amount.steps
    return (record.kind, record.effective, steps)


def _changed(person: Person, before: Seen, now: Seen) -> list[date]:
    """The local days that are not what they were, oldest first."""
    known = before.days.keys() | now.days.keys()
    days = {day for day in known if before.days.get(day, ()) != now.days.get(day, ())}
    if now.synced != before.synced and now.synced is not None:
        days.update(_between(person, before.synced, now.synced))
    return sorted(days)


def _between(person: Person, start: float | None, end: float) -> list[date]:
    first = local_date(person.zone_at(end), min(end, end if start is None else start))
    last = local_date(person.zone_at(end), end)
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
