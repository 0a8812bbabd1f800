"""What HR says when a challenge ends otherwise than planned."""

from django import forms

from challenges.results import MOST_HOURS


class ReopenForm(forms.Form):
    """For how long late steps count again, and why."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is kept in the audit trail for good.",
    )
    hours = forms.IntegerField(
        label="Hours in which late steps count again",
        min_value=1,
        max_value=MOST_HOURS,
        initial=24,
        help_text="After that the next edition of the result is frozen.",
    )
