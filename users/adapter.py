"""How allauth behaves here: people are invited or imported, nobody signs up alone."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from users.models import User


class InvitedOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes open registration; an organization's staff decide who is in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Return whether strangers may register."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Store the password and nothing else, whatever changed about the person meanwhile."""
        user.set_password(password)
        user.save(update_fields=["password"])
