"""The form of a challenge. It reads types; whether a plan is possible is for the game to say.

It has the fields of one kind only. What may not change any more is shown, locked, with the reason.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField

from challenges.kind import Kind
from challenges.phases import OPEN_END
from challenges.plan_rules import FIELDS, Errors
from challenges.team_rules import NEEDS_NUMBER
from dashboard import kind_fields, rule_fields
from dashboard.kind_fields import PREFIX

# Where a kind's own objection belongs that names no parameter.
BLAMED = {"bracket": "ends_on", "journey": "set_waypoints", "collective_goal": "set_milestones"}
_PATH = re.compile(r" - at `\$\.(\w+)[^`]*`")
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "About it": ("name", "description"),
    "When": ("starts_on", "ends_on", "grace_hours", "zone_rule"),
    "The game": ("kind", PREFIX),
    "What counts": (
        "daily_cap",
        "minimum_day",
        "manual_policy",
        "manual_limit",
        "late_joiners",
        "providers",
        "conversions",
    ),
    "Teams": ("team_mode", "team_number", "team_formed_by", "team_largest", "team_moved_steps"),
    "Names of teams": ("team_names",),
}


class Section(NamedTuple):
    """Fields that belong together under a heading."""

    title: str
    fields: list[BoundField]


class ChallengeForm(forms.Form):
    """Everything that HR decides about a challenge of one kind.

    ``editable`` are fields of the plan that may change, and ``team_names``; ``locked`` says why the
    others may not. ``initial`` are the form's own values, see ``initial_from``.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: Kind[Any],
        editable: Collection[str],
        locked: str = "",
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.kind, self.editable, self.locked = kind, frozenset(editable), locked
        self.fields: dict[str, forms.Field] = rule_fields.fields(
            open_end=kind.open_end
        ) | kind_fields.fields_of(kind)
        for name, field in self.fields.items():
            if _plan_field(name) not in editable:
                field.disabled, field.help_text = True, locked
        if "team_names" not in editable:
            del self.fields["team_names"]

    @property
    def locks(self) -> bool:
        """Whether nothing can change any more."""
        return all(field.disabled for field in self.fields.values())

    def sections(self) -> list[Section]:
        """Return the fields under their headings."""
        parts = {title: list(self._bound(names)) for title, names in _SECTIONS.items()}
        return [Section(title, fields) for title, fields in parts.items() if fields]

    def _bound(self, names: tuple[str, ...]) -> Iterator[BoundField]:
        for name in names:
            own = [name] if name in self.fields else []
            yield from (self[each] for each in own)
            if name == PREFIX:
                yield from (self[each] for each in self.fields if each.startswith(PREFIX))

    def plan(self) -> dict[str, Any]:
        """Return the fields of the plan that may change, were filled in and could be read."""
        found = _plan_from(self.cleaned_data)
        return {name: value for name, value in found.items() if name in self.editable}

    def whole_plan(self) -> dict[str, Any]:
        """Return everything that can be read of the plan, from what was sent or is offered."""
        if self.is_bound:
            self.is_valid()  # reads the fields, once: what the game refused stays on the form
            return _plan_from(self.cleaned_data)
        offered = {
            name: self.get_initial_for_field(self.fields[name], name) for name in self.fields
        }
        return _plan_from(offered)

    def as_typed(self) -> "ChallengeForm":
        """Return the form with what was typed, offered anew: nothing is wrong with it yet."""
        typed = {
            name: field.widget.value_from_datadict(self.data, {}, name)
            for name, field in self.fields.items()
            if name in self.data
        }
        return ChallengeForm(
            kind=self.kind,
            editable=self.editable,
            locked=self.locked,
            initial={**self.initial, **typed},
        )

    def new_teams(self) -> list[str]:
        """Return the names of the teams to add, without empty lines."""
        return names_in(self.cleaned_data.get("team_names", ""))

    def refuse(self, errors: Errors) -> None:
        """Put what the game refused next to the fields it is about."""
        for field, texts in errors.items():
            for text in texts:
                name = self._blamed(field, text)
                self.add_error(name if name in self.fields else None, _PATH.sub("", text))

    def _blamed(self, field: str, text: str) -> str:
        path = _PATH.search(text)
        if field == "settings":
            return PREFIX + path[1] if path else BLAMED.get(self.kind.slug, "kind")
        if field == "team_rules":
            return f"team_{path[1]}" if path else "team_number"
        return "team_names" if field == "teams" else field


def names_in(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def initial_from(plan: Mapping[str, Any], kind: Kind[Any]) -> dict[str, Any]:
    """Return the form's values for a plan."""
    rules = plan.get("team_rules") or {}
    plain = {name: value for name, value in plan.items() if name in FIELDS}
    if plain.get("ends_on") == OPEN_END:
        plain["ends_on"] = None
    teams = {f"team_{name}": value for name, value in rules.items()}
    return plain | teams | kind_fields.initial_of(kind, plan.get("settings") or {})


def _plan_field(name: str) -> str:
    """Return the field of the plan that a field of the form is a part of."""
    if name.startswith(PREFIX):
        return "settings"
    return "team_rules" if name in rule_fields.TEAM_FIELDS else name


def _plan_from(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in values.items() if name in FIELDS}
    if "ends_on" in found and found["ends_on"] is None:
        found["ends_on"] = OPEN_END
    if found.get("manual_policy") != "limit" and "manual_policy" in found:
        found["manual_limit"] = None
    found["minimum_day"] = found.get("minimum_day") or 0
    return found | {"settings": kind_fields.settings_of(values), "team_rules": _teams_from(values)}


def _teams_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """An empty number is left to the game, which knows when it is needed."""
    rules = {
        name.removeprefix("team_"): values[name]
        for name in rule_fields.TEAM_FIELDS
        if values.get(name)
    }
    if rules.get("mode", "sum") not in NEEDS_NUMBER:
        rules.pop("number", None)
    return rules
