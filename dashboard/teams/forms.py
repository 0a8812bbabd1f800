"""What HR decides about teams and about who is in them."""

from typing import Any

from django import forms

from challenges.models import Challenge, Participant, Team
from dashboard.forms import names_in


class TeamChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # plain at runtime
    """One of the teams of a challenge, or none."""

    def __init__(self, challenge: Challenge, **options: Any) -> None:
        teams = Team.objects.filter(challenge=challenge).order_by("name")
        super().__init__(teams, required=False, empty_label="No team", **options)


class NewTeamsForm(forms.Form):
    """Names for new teams."""

    teams = forms.CharField(
        label="New teams",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="One name per line.",
    )

    def names(self) -> list[str]:
        """Return the names."""
        return names_in(self.cleaned_data["teams"])


class CaptainChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # plain at runtime
    """One of the members of a team, by name."""

    def label_from_instance(self, row: Participant) -> str:
        """Return what HR calls the member."""
        return row.person.display_name


class TeamForm(forms.Form):
    """Name and captain of a team."""

    name = forms.CharField(max_length=80, help_text="Everybody sees it on the boards.")
    captain = CaptainChoice(
        Participant.objects.none(),
        required=False,
        empty_label="Nobody",
        help_text="The captain can renew the invitation in the app.",
    )

    def __init__(self, data: Any, *, team: Team) -> None:
        super().__init__(data, initial={"name": team.name, "captain": team.captain_id})
        members = team.members.filter(left_at=None).select_related("person")
        captain = self.fields["captain"]
        assert isinstance(captain, CaptainChoice)
        captain.queryset = members.order_by("person__display_name", "pk")


class AddPersonForm(forms.Form):
    """Somebody of the organization who is to take part."""

    email = forms.EmailField(
        label="Email of the person", help_text="Somebody of your company who can sign in."
    )

    def __init__(self, data: Any, *, challenge: Challenge) -> None:
        super().__init__(data)
        self.fields["team"] = TeamChoice(challenge, help_text="Can be chosen later.")


class MoveForm(forms.Form):
    """The team somebody is to be in, and why."""

    reason = forms.CharField(
        max_length=500, required=False, help_text="Kept in the audit trail, if you give one."
    )
    field_order = ("team", "reason")

    def __init__(self, data: Any, *, row: Participant) -> None:
        super().__init__(data, prefix="move", initial={"team": row.team_id})
        self.fields["team"] = TeamChoice(row.challenge, label="Team")
        self.order_fields(self.field_order)


class RemoveForm(forms.Form):
    """Why somebody is to be taken out."""

    reason = forms.CharField(max_length=500, help_text="Kept in the audit trail.")

    def __init__(self, data: Any) -> None:
        super().__init__(data, prefix="remove")
