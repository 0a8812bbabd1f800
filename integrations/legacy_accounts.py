"""Connections brought over from a provider's old interface, waiting for the person to consent anew.

Such a row has the account's old id, no tokens, and the reason says why. When the person consents,
the provider tells the new id and the old one together, and the row becomes that of the new id.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from integrations.models import Connection, ConnectionStatus, OAuthAttempt
from users.models import Organization, User

REASON = "reconsent_required_migration"
LEGACY_ID = re.compile(r"[A-Z0-9]{4,12}")


class NotTaken(Exception):
    """The line cannot be taken; the message is a sentence for whoever wrote the file."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person of the old system: an e-mail address or our id, and the account's old id."""

    person: str
    legacy_id: str


def waiting(attempt: OAuthAttempt) -> list[Connection]:
    """The person's connections that wait to be moved, locked; only those the attempt may be about.

    One that was ever connected here has scopes and waits for its own account, not to be moved.
    """
    rows = _moving().filter(person=attempt.person_id, provider=attempt.provider)
    if attempt.connection_id:
        rows = rows.filter(pk=attempt.connection_id)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def _moving() -> QuerySet[Connection]:
    return Connection.objects.filter(
        status=ConnectionStatus.NEEDS_RECONNECT, reason=REASON, granted_scopes=[]
    )


def bring(
    *, line: Line, organization: Organization, provider: str, dry_run: bool, now: datetime
) -> Connection | None:
    """Make the connection of one person of the organization; None when it is there already.

    With ``dry_run`` everything is looked at and nothing is kept. Raises ``NotTaken``.
    """
    legacy_id = line.legacy_id.strip().upper()
    if not LEGACY_ID.fullmatch(legacy_id):
        raise NotTaken("the old account id is not one")
    person = _person(line.person.strip(), organization)
    if _is_there(person, provider, legacy_id):
        return None
    row = Connection(
        person=person,
        provider=provider,
        status=ConnectionStatus.NEEDS_RECONNECT,
        reason=REASON,
        account_id=legacy_id,
        account_label=f"Fitbit \u2026{legacy_id[-2:]}",
        connected_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            transaction.set_rollback(dry_run)
    except IntegrityError:
        raise NotTaken("the account belongs to somebody else here") from None
    return row


def _person(named: str, organization: Organization) -> User:
    """Somebody of this organization and of no other, by address or id."""
    own = User.objects.filter(organization=organization, is_active=True)
    found = own.filter(email__iexact=named) if "@" in named else None
    if found is None and named.isascii() and named.isdecimal() and len(named) < 19:
        found = own.filter(pk=int(named))
    person = found.first() if found is not None else None
    if person is None:
        raise NotTaken("there is no such person in the organization")
    return person


def _is_there(person: User, provider: str, legacy_id: str) -> bool:
    """Whether the line was taken before; raises ``NotTaken`` where the person has another."""
    own = Connection.objects.filter(person=person, provider=provider)
    living = own.exclude(status=ConnectionStatus.DISCONNECTED)
    if living.filter(account_id=legacy_id).exists():
        return True
    if living.exists():
        raise NotTaken("the person has another connection already")
    return False
