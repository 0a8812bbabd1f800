"""Whose access token it is, in one trip to the database where nothing is unusual.

Every call of an app comes here. The sign-in library asks for the session and for the person in two
queries of models; whatever is not plainly in order here is left to its judgement.
"""

from datetime import datetime
from typing import Any

from allauth.headless.tokens.strategies.jwt.internal import decode_token, session_key_from_sid
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from users import binary
from users.models import User
from users.plain_models import columns, instance

Payload = dict[str, Any]
_PERSON = columns(User)
_SIGNED_IN = f"""
    SELECT session.session_data, {", ".join(f"person.{name}" for name in _PERSON)}
    FROM django_session session JOIN users_user person ON person.id = %s
    WHERE session.session_key = %s AND session.expire_date > %s AND person.is_active
"""  # noqa: S608 - the columns above


def plainly_signed_in(token: str, *, now: datetime) -> tuple[User, Payload] | None:
    """Return the person of an access token with what it says, or None if that takes a closer look.

    The token must be ours and not over, its session must last and be of that person, and the
    password must be the one it was begun with.
    """
    payload = decode_token(token, "access")
    key = session_key_from_sid(payload["sid"]) if payload else None
    if not payload or not key or not payload["sub"].isdecimal():
        return None
    found = binary.rows(_SIGNED_IN, [int(payload["sub"]), key, now])
    if not found:
        return None
    data, *columns = found[0]
    person = instance(User, _PERSON, columns)
    return (person, payload) if _is_of(SessionStore().decode(data), person) else None


def _is_of(session: dict[str, Any], person: User) -> bool:
    return (
        session.get(SESSION_KEY) == str(person.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    )
