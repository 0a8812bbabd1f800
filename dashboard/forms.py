"""The form of a challenge. It reads types; whether a plan is possible is for the game to say."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms

from challenges.models import ManualPolicy
from challenges.plan_rules import FIELDS, MAX_DAILY_CAP, MAX_GRACE_HOURS, Errors

FOUR_WEEKS = timedelta(days=28)
ONE_DAY = timedelta(days=1)


def _day(label: str, help_text: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget)


class ChallengeForm(forms.Form):
    """What HR staff decide about a challenge, and names for new teams, one per line."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What people read before they join. Plain text.",
    )
    starts_on = _day("First day", "The first local day that counts.")
    ends_on = _day("Last day", "The last local day that counts.")
    daily_cap = forms.IntegerField(
        label="Daily maximum",
        required=False,
        min_value=1,
        max_value=MAX_DAILY_CAP,
        help_text="Steps of one day that count at most. Leave empty for no maximum.",
    )
    manual_policy = forms.ChoiceField(
        label="Steps typed in by hand",
        choices=[
            (ManualPolicy.EXCLUDE.value, "Do not count"),
            (ManualPolicy.COUNT.value, "Count"),
        ],
        widget=forms.RadioSelect,
    )
    grace_hours = forms.IntegerField(
        label="Hours for late steps",
        min_value=0,
        max_value=MAX_GRACE_HOURS,
        help_text="After the last day has ended everywhere; then the result is final.",
    )
    team_names = forms.CharField(
        label="Teams",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="One name per line. Leave empty to compete one by one.",
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, editable: Collection[str], **options: Any
    ) -> None:
        super().__init__(data, **options)
        for name in self.fields.keys() - editable:
            del self.fields[name]

    def readable_plan(self) -> dict[str, Any]:
        """Return the fields of the plan as far as they can be read, or as they were offered."""
        if not self.is_bound:
            return {name: value for name, value in self.initial.items() if name in FIELDS}
        self.is_valid()  # reads the fields, once: what the game refused stays on the form
        return self.plan()

    def plan(self) -> dict[str, Any]:
        """Return the fields of the plan that were filled in and readable."""
        return {name: value for name, value in self.cleaned_data.items() if name in FIELDS}

    def new_teams(self) -> list[str]:
        """Return the names of the teams to add, without empty lines."""
        lines = self.cleaned_data.get("team_names", "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def refuse(self, errors: Errors) -> None:
        """Put what the game refused next to the fields it is about."""
        for field, texts in errors.items():
            name = "team_names" if field == "teams" else field
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


def suggestion(today: date) -> dict[str, Any]:
    """Return what a new challenge starts from: four weeks from the next Monday."""
    monday = today + timedelta(days=7 - today.weekday())
    return {
        "starts_on": monday,
        "ends_on": monday + FOUR_WEEKS - ONE_DAY,
        "manual_policy": ManualPolicy.EXCLUDE.value,
        "grace_hours": 48,
    }
