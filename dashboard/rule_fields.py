"""The form fields of what every kind of challenge has, each with a line of help."""

from typing import Any

from django import forms

from challenges.conversions import TABLES
from challenges.kind_registry import slugs
from challenges.plan_rules import MAX_DAILY_CAP, MAX_GRACE_HOURS, MAX_TEAMS
from integrations import registry

MOST_IN_TEAM = 100_000
TEAM_FIELDS = ("team_mode", "team_number", "team_formed_by", "team_largest", "team_moved_steps")
_MODES = [
    ("sum", "Sum of all members"),
    ("average_all", "Average of all members"),
    ("average_with_data", "Average of the members whose steps are known"),
    ("best", "Sum of the best members, as many as said below"),
    ("fixed_divisor", "Sum divided by the number below"),
]
_TABLES = {
    "wheelchair-1": "Wheelchair pushes count as steps",
    "activities-1": "Wheelchair pushes and minutes of other effort count as steps",
}


def fields(*, open_end: bool) -> dict[str, forms.Field]:
    """Return the fields in the order in which they are asked; the last day may be left open."""
    return _about() | _times(open_end=open_end) | _counting() | _teams()


def _about() -> dict[str, forms.Field]:
    return {
        "name": forms.CharField(
            max_length=120,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            help_text="What people see in the app.",
        ),
        "description": forms.CharField(
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text="What people read before they join. Plain text.",
        ),
        "kind": forms.ChoiceField(
            label="Kind", choices=slugs(), help_text="It decides what a score is and who is ahead."
        ),
    }


def _times(*, open_end: bool) -> dict[str, forms.Field]:
    until = "The last local day that counts."
    opened = f"{until} Leave empty to go on until it is closed." if open_end else until
    return {
        "starts_on": _day("First day", "The first local day that counts."),
        "ends_on": _day("Last day", opened, required=not open_end),
        "grace_hours": _number(
            "Hours for late steps",
            "After the last day has ended everywhere; then the result is final.",
            low=0,
            high=MAX_GRACE_HOURS,
            required=True,
        ),
        "zone_rule": _radio(
            "Whose days",
            [("own_days", "Each person's own local day"), ("organization", "Your company's day")],
            "Own days suit people in several time zones best.",
        ),
    }


def _counting() -> dict[str, forms.Field]:
    return {
        "daily_cap": _number("Daily maximum", "Steps of one day that count at most; empty: all."),
        "minimum_day": _number("Least steps of a day", "A day with fewer counts nothing.", low=0),
        "manual_policy": _radio(
            "Steps typed in by hand",
            [
                ("exclude", "Do not count"),
                ("label", "Count and are shown as typed"),
                ("limit", "Count up to a limit"),
                ("count", "Count"),
            ],
            "Trackers tell which steps somebody entered instead of walking them.",
        ),
        "manual_limit": _number(
            "Limit for steps typed in by hand", "Of one day; only where they count up to a limit."
        ),
        "late_joiners": _radio(
            "Who joins late",
            [("from_start", "Gets all days since the start"), ("from_joining", "Starts that day")],
            "Late is after the first day.",
        ),
        "providers": forms.MultipleChoiceField(
            label="Trackers that count",
            required=False,
            choices=[(each.slug, each.name) for each in registry.all_providers()],
            widget=forms.CheckboxSelectMultiple,
            help_text="None ticked: all of them count.",
        ),
        "conversions": _radio(
            "Activities instead of steps",
            [("", "Only steps count"), *((name, _TABLES.get(name, name)) for name in TABLES)],
            "For people who do not walk; they enter what they did in the app.",
            required=False,
        ),
    }


def _teams() -> dict[str, forms.Field]:
    return {
        "team_mode": forms.ChoiceField(
            label="A team's score",
            choices=_MODES,
            initial="sum",
            help_text="Departments are scored the same way.",
        ),
        "team_number": _number(
            "Number for that score",
            "How many are the best, or what the sum is divided by; else it is not used.",
            high=MOST_IN_TEAM,
        ),
        "team_formed_by": _radio(
            "Who makes teams",
            [("staff", "Only HR"), ("people", "People too; they invite each other")],
            "HR can always make teams and move people.",
        ),
        "team_largest": _number("Most members of a team", "Empty: no limit.", high=MOST_IN_TEAM),
        "team_moved_steps": _radio(
            "Who changes teams",
            [
                ("move_along", "Takes all earlier steps along"),
                ("stay", "Leaves earlier steps with the old team"),
            ],
            "It holds for every move, also for those that HR makes.",
        ),
        "team_names": forms.CharField(
            label="Teams",
            required=False,
            widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
            help_text=f"New teams, one name per line, {MAX_TEAMS} at most. Empty adds none.",
        ),
    }


def _day(label: str, help_text: str, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget, required=required)


def _number(
    label: str, help_text: str, *, low: int = 1, high: int = MAX_DAILY_CAP, required: bool = False
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=low, max_value=high, required=required
    )


def _radio(label: str, choices: Any, help_text: str, *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        required=required,
        widget=forms.RadioSelect,
        initial=choices[0][0],
    )
