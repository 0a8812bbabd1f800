"""What a plan for a challenge must look like, and what may still change when. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from challenges.phases import State

Errors = dict[str, list[str]]

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
MAX_DAYS = 366
MAX_GRACE_HOURS = 72
MAX_DAILY_CAP = 1_000_000
MAX_TEAMS = 1000

FIELDS = frozenset(
    {
        "name",
        "description",
        "starts_on",
        "ends_on",
        "grace_hours",
        "daily_cap",
        "manual_policy",
    }
)
EDITABLE: Mapping[State, frozenset[str]] = {
    State.DRAFT: FIELDS,
    State.UPCOMING: FIELDS,
    State.LIVE: frozenset({"name", "description", "ends_on", "grace_hours"}),
    State.CLOSING: frozenset({"name", "description"}),
    State.FINAL: frozenset(),
}


class PlanInvalid(Exception):
    """A plan cannot be carried out; ``errors`` says per field what is wrong."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("; ".join(f"{field}: {texts[0]}" for field, texts in errors.items()))
        self.errors = errors


def problems_of(plan: Mapping[str, Any]) -> Errors:
    """Return what is wrong with a whole plan (all of ``FIELDS``), by field."""
    checks = {
        "name": _text(plan["name"], 120, required=True),
        "description": _text(plan["description"], 2000, required=False),
        "starts_on": _day(plan["starts_on"]),
        "ends_on": _day(plan["ends_on"]) or _length(plan["starts_on"], plan["ends_on"]),
        "grace_hours": _within(plan["grace_hours"], 0, MAX_GRACE_HOURS, "hours"),
        "daily_cap": None
        if plan["daily_cap"] is None
        else _within(plan["daily_cap"], 1, MAX_DAILY_CAP, "steps"),
        "manual_policy": _policy(plan["manual_policy"]),
    }
    return {field: [problem] for field, problem in checks.items() if problem}


def problems_of_change(state: State, before: Mapping[str, Any], after: Mapping[str, Any]) -> Errors:
    """Return which changes of a challenge in ``state`` come too late, by field."""
    changed = {field for field in FIELDS if before[field] != after[field]}
    late = sorted(changed - EDITABLE[state])
    errors = {field: [f"This cannot change while the challenge is {state}."] for field in late}
    if state is State.LIVE and after["ends_on"] < before["ends_on"]:
        errors["ends_on"] = ["A challenge that has begun can be made longer, not shorter."]
    return errors


def problems_of_names(names: Iterable[str], taken: Iterable[str]) -> Errors:
    """Return what is wrong with names for new teams, given the names there are."""
    seen = {name.casefold() for name in taken}
    texts: list[str] = []
    for name in names:
        problem = _text(name, 80, required=True)
        if problem is None and name.casefold() in seen:
            problem = f"There is a team called {name} already."
        if problem:
            texts.append(problem)
        seen.add(name.casefold())
    if len(seen) > MAX_TEAMS:
        texts.append(f"A challenge can have {MAX_TEAMS} teams at most.")
    return {"teams": texts} if texts else {}


def _text(text: Any, longest: int, *, required: bool) -> str | None:
    if not isinstance(text, str) or "\x00" in text:
        return "This is not a text."
    if required and not text.strip():
        return "This must not be empty."
    return f"At most {longest} characters fit." if len(text) > longest else None


def _day(day: Any) -> str | None:
    if not isinstance(day, date):
        return "This is not a date."
    return None if EARLIEST <= day <= LATEST else f"Choose a date up to {LATEST}."


def _length(starts_on: Any, ends_on: date) -> str | None:
    if not isinstance(starts_on, date):
        return None
    if ends_on < starts_on:
        return "The last day comes before the first."
    too_long = (ends_on - starts_on).days >= MAX_DAYS
    return f"A challenge can last {MAX_DAYS} days at most." if too_long else None


def _within(number: Any, low: int, high: int, unit: str) -> str | None:
    fine = isinstance(number, int) and not isinstance(number, bool) and low <= number <= high
    return None if fine else f"Choose {low} to {high:,} {unit}."


def _policy(policy: Any) -> str | None:
    return None if policy in {"exclude", "count"} else "Choose exclude or count."
