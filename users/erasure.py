"""What stays of a person who has themselves erased: a row without anything of them.

The row itself has to stay, because final results of challenges hang on it.
"""

import json
import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from users.models import Role, User, Visibility

FORMER_PARTICIPANT = "Former participant"
FORGOTTEN = (
    "email",
    "password",
    "last_login",
    "display_name",
    "leaderboard_name",
    "leaderboard_visibility",
    "timezone",
    "zone_moves",
    "role",
    "is_active",
    "is_staff",
)


def anonymise(person: User) -> None:
    """Forget who the person was and end every way in, in the caller's transaction.

    The caller holds the row. Access tokens, refresh tokens and sessions end at once. Who was
    hidden on boards stays hidden.
    """
    for key in _sessions_of(person):
        Session.objects.filter(session_key=key).delete()
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    person.groups.clear()
    _forget(person)
    person.save(update_fields=FORGOTTEN)


def _forget(person: User) -> None:
    person.email = f"{secrets.token_hex(16)}@erased.invalid"
    person.set_unusable_password()
    person.last_login = None
    person.display_name = FORMER_PARTICIPANT
    person.leaderboard_name = ""
    if person.leaderboard_visibility != Visibility.HIDDEN:
        person.leaderboard_visibility = Visibility.NAME
    person.timezone, person.zone_moves = "UTC", []
    person.role = Role.PARTICIPANT
    person.is_active = person.is_staff = False


def _sessions_of(person: User) -> list[str]:
    """The sessions that belong to the person or name their e-mail address.

    What a session holds is encoded, so that each has to be looked into.
    """
    return [
        row.session_key
        for row in Session.objects.iterator()
        if _is_about(row.get_decoded(), person)
    ]


def _is_about(session: dict[str, Any], person: User) -> bool:
    signed_in = session.get(SESSION_KEY) == str(person.pk)
    return signed_in or json.dumps(person.email) in json.dumps(session, default=str)
