"""What a plan for a challenge must look like, and what may still change when. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from challenges import team_rules
from challenges.conversions import TABLES
from challenges.kind import Frame
from challenges.kind_registry import UnknownKind, all_kinds, kind_of, problems_of_settings
from challenges.phases import OPEN_END, State

Errors = dict[str, list[str]]

EARLIEST, LATEST = date(2000, 1, 1), OPEN_END
MAX_DAYS = 366
MAX_GRACE_HOURS = 72
MAX_DAILY_CAP = 1_000_000
MAX_TEAMS = 1000
MAX_PROVIDERS = 40
_SLUG = re.compile("[a-z0-9][a-z0-9_-]{0,39}")

RULE_FIELDS = frozenset(
    {
        "kind",
        "settings",
        "daily_cap",
        "minimum_day",
        "manual_policy",
        "manual_limit",
        "zone_rule",
        "providers",
        "late_joiners",
        "conversions",
        "team_rules",
    }
)
FIELDS = frozenset({"name", "description", "starts_on", "ends_on", "grace_hours"}) | RULE_FIELDS
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
        "ends_on": _day(plan["ends_on"]) or _length(plan),
        "grace_hours": _within(plan["grace_hours"], 0, MAX_GRACE_HOURS, "hours"),
        "daily_cap": _steps(plan["daily_cap"]),
        "minimum_day": _within(plan["minimum_day"], 0, MAX_DAILY_CAP, "steps"),
        "manual_policy": _one_of(plan["manual_policy"], "exclude", "label", "limit", "count"),
        "manual_limit": _steps(plan["manual_limit"]) or _manual_limit(plan),
        "zone_rule": _one_of(plan["zone_rule"], "own_days", "organization"),
        "providers": _providers(plan["providers"]),
        "late_joiners": _one_of(plan["late_joiners"], "from_start", "from_joining"),
        "conversions": _one_of(plan["conversions"], "", *TABLES),
    }
    found = {field: [problem] for field, problem in checks.items() if problem}
    if texts := team_rules.problems_of(plan["team_rules"]):
        found["team_rules"] = texts
    return found | (_kind_problems(plan) if not found.keys() & {"starts_on", "ends_on"} else {})


def _kind_problems(plan: Mapping[str, Any]) -> Errors:
    try:
        kind = kind_of(plan["kind"])
    except (UnknownKind, TypeError):
        return {"kind": [f"Choose one of {', '.join(all_kinds())}."]}
    frame = Frame(plan["starts_on"], plan["ends_on"])
    texts = problems_of_settings(kind, plan["settings"], frame)
    return {"settings": texts} if texts else {}


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


def _length(plan: Mapping[str, Any]) -> str | None:
    starts_on, ends_on = plan["starts_on"], plan["ends_on"]
    if not isinstance(starts_on, date):
        return None
    if ends_on < starts_on:
        return "The last day comes before the first."
    if ends_on == OPEN_END:
        open_end = plan["kind"] in all_kinds() and all_kinds()[plan["kind"]].open_end
        return None if open_end else "A challenge of this kind needs a last day."
    too_long = (ends_on - starts_on).days >= MAX_DAYS
    return f"A challenge can last {MAX_DAYS} days at most." if too_long else None


def _within(number: Any, low: int, high: int, unit: str) -> str | None:
    fine = isinstance(number, int) and not isinstance(number, bool) and low <= number <= high
    return None if fine else f"Choose {low} to {high:,} {unit}."


def _steps(number: Any) -> str | None:
    return None if number is None else _within(number, 1, MAX_DAILY_CAP, "steps")


def _manual_limit(plan: Mapping[str, Any]) -> str | None:
    if (plan["manual_policy"] == "limit") == (plan["manual_limit"] is not None):
        return None
    return "A limit belongs to hand-typed steps that count up to a limit, and only to these."


def _one_of(word: Any, *words: str) -> str | None:
    fine = isinstance(word, str) and word in words
    return None if fine else f"Choose {', '.join(filter(None, words))}."


def _providers(slugs: Any) -> str | None:
    listed = isinstance(slugs, list) and len(slugs) <= MAX_PROVIDERS
    fine = listed and all(isinstance(slug, str) and _SLUG.fullmatch(slug) for slug in slugs)
    return None if fine else f"Name up to {MAX_PROVIDERS} providers by their slugs."
