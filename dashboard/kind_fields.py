"""Form fields for the parameters of a kind of challenge, made from the kind's own settings.

A kind is asked what it wants to know, so a new kind has a form without being named here; the table
below only gives better words.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django import forms
from msgspec import inspect

from challenges.kind import Kind
from dashboard.stations import StationsField

PREFIX = "set_"
Choices = Mapping[str, str]


class Words(NamedTuple):
    """What stands at a field: its label, a line of help, and the words of its choices."""

    label: str
    help: str = ""
    choices: Choices = {}


_STATIONS_HELP = "One per line: how far from the start, then the name, as in “12000 Lake View”."
_WORDS: Mapping[str, Words] = {
    "settle_hours": Words(
        "Hours until a round is decided",
        "After the last day of the week has ended everywhere; later steps change no round.",
    ),
    "target": Words("Goal in steps", "The total that is to be reached."),
    "finishers": Words(
        "Arrivals that end the race",
        "Without a last day it closes with the day on which so many have arrived; "
        "0 leaves it to you.",
    ),
    "goal": Words("Goal of a day", "Counted steps that a day needs."),
    "count": Words(
        "What the score is",
        "A day below the goal, and a day without data, end a streak.",
        {"days": "All days that meet the goal", "streak": "The longest row of such days"},
    ),
    "rank_by": Words(
        "Who of those with the goal is ahead",
        "It decides only among people who have reached the goal.",
        {
            "reached": "Nobody: they share the first place",
            "when": "Who reached it on an earlier day",
            "percent": "Who went further beyond it",
        },
    ),
    "milestones": Words("Milestones", _STATIONS_HELP),
    "length": Words("Length of the route", "In the unit below."),
    "waypoints": Words("Waypoints", _STATIONS_HELP),
    "unit": Words(
        "Unit of the route",
        "Metres are made from steps by the stride below.",
        {"metres": "Metres", "steps": "Steps"},
    ),
    "stride_cm": Words(
        "Length of a step in cm", "76 is usual for adults; it is used for routes in metres."
    ),
}


def fields_of(kind: Kind[Any]) -> dict[str, forms.Field]:
    """Return a form field per parameter of the kind, required ones first, as the kind has them."""
    found = inspect.type_info(kind.settings_type)
    assert isinstance(found, inspect.StructType)
    return {PREFIX + field.name: _field(field) for field in found.fields}


def settings_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored form of a kind's parameters from the form's values; empty ones default."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in values.items()
        if name.startswith(PREFIX) and value is not None and value != ""
    }


def initial_of(kind: Kind[Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the kind's fields show for stored parameters."""
    known = fields_of(kind)
    return {PREFIX + key: value for key, value in stored.items() if PREFIX + key in known}


def _words(name: str) -> Words:
    return _WORDS.get(name, Words(name.replace("_", " ").capitalize()))


def _field(field: inspect.Field) -> forms.Field:
    words = _words(field.name)
    default = None if field.default is msgspec.NODEFAULT else field.default
    return _MAKERS[type(field.type)](
        field.type,
        words,
        label=words.label,
        help_text=words.help,
        required=field.required,
        initial=default,
    )


def _number(found: Any, words: Words, **options: Any) -> forms.Field:
    del words
    return forms.IntegerField(min_value=found.ge, max_value=found.le, **options)


def _choice(found: Any, words: Words, **options: Any) -> forms.Field:
    choices = [(value, words.choices.get(value, value)) for value in _ordered(found, words)]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)


def _ordered(found: Any, words: Words) -> Sequence[str]:
    return sorted(found.values, key=[*words.choices, *found.values].index)


def _stations(found: Any, words: Words, **options: Any) -> forms.Field:
    del words
    return StationsField(most=found.max_length, **(options | {"required": False, "initial": ()}))


_MAKERS: Mapping[type, Callable[..., forms.Field]] = {
    inspect.IntType: _number,
    inspect.LiteralType: _choice,
    inspect.VarTupleType: _stations,
}
