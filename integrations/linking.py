"""Turns a granted account into a connection row: a new one, or the one it was before."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from integrations import legacy_accounts, revocations
from integrations.contract import Identity
from integrations.models import Connection, ConnectionStatus, Credential, OAuthAttempt
from integrations.oauth import Grant
from users.presence import hold


class ConnectRefused(Exception):
    """No connection was made. ``code`` is a stable word, ``return_to`` where the person came from.

    Codes: ``invalid_state``, ``access_denied``, ``scope_missing``, ``wrong_account``,
    ``legacy_account_differs``, ``account_linked_elsewhere``, ``account_not_linked``,
    ``account_profile_missing``, ``reconsent_required_migration``,
    ``provider_subscription_lapsed``, ``provider_consent_incomplete``, ``oauth_failed``,
    ``provider_unavailable``, ``app_misconfigured``, ``provider_retired``,
    ``provider_disabled_by_admin``.
    """

    def __init__(self, code: str, return_to: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.return_to = return_to


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A finished walk. ``created``: a new row. ``first_time``: the row was never synced before."""

    connection: Connection
    return_to: str
    created: bool
    first_time: bool


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """The scopes a person granted, and our names of what the others would have allowed."""

    granted: list[str]
    missing: list[str]


def link(
    *,
    attempt: OAuthAttempt,
    identity: Identity,
    grant: Grant,
    permissions: Permissions,
    now: datetime,
) -> Connected:
    """Store the account and its tokens in one transaction.

    The same person coming back with the same account gets the same row, history and all; an
    account known by its legacy id is taken over into the new one. Raises ``ConnectRefused``
    (``wrong_account``, ``account_linked_elsewhere``).
    """
    for last_try in (False, True):
        try:
            with transaction.atomic():
                connection, created = _find(attempt, identity, now)
                _fill(connection, identity, permissions, now)
                _store(connection, grant, now)
                revocations.cancel(provider=attempt.provider, account_ids=_ids(identity))
        except ConnectRefused as refused:
            _warn_holder(attempt, identity, refused, now)
            raise
        except IntegrityError:  # somebody linked the account at the same moment: look again
            if last_try:
                raise
        else:
            break
    return Connected(
        connection=connection,
        return_to=attempt.return_to,
        created=created,
        first_time=connection.last_synced_at is None,
    )


def _warn_holder(
    attempt: OAuthAttempt, identity: Identity, refused: ConnectRefused, now: datetime
) -> None:
    """Let whoever has the account know that somebody else tried to connect it."""
    if refused.code == "account_linked_elsewhere":
        held = Connection.objects.filter(provider=attempt.provider, account_id__in=_ids(identity))
        others = held.exclude(person=attempt.person_id)
        others.exclude(status=ConnectionStatus.DISCONNECTED).update(contested_at=now)


def _ids(identity: Identity) -> set[str]:
    return {identity.account_id, identity.legacy_account_id or identity.account_id}


def _find(attempt: OAuthAttempt, identity: Identity, now: datetime) -> tuple[Connection, bool]:
    """The locked row of this account, or a new one that is not saved yet.

    A person who was erased while the provider was asked gets none.
    """
    known = Connection.objects.select_for_update(no_key=True).filter(
        provider=attempt.provider, account_id__in=_ids(identity)
    )
    rows = list(known.order_by("-connected_at", "pk"))
    waiting = legacy_accounts.waiting(attempt)
    if hold(attempt.person_id) is None:
        raise ConnectRefused("invalid_state", attempt.return_to)
    own = [row for row in rows if row.person_id == attempt.person_id]
    if own or not waiting:
        _refuse_another_account(attempt, own)
    if any(row not in own and row.status != ConnectionStatus.DISCONNECTED for row in rows):
        raise ConnectRefused("account_linked_elsewhere", attempt.return_to)
    if own:
        return min(own, key=lambda row: _preference(row, attempt)), False
    if waiting:
        return _confirmed(attempt, waiting), False
    row = Connection(person_id=attempt.person_id, provider=attempt.provider, connected_at=now)
    return row, True


def _refuse_another_account(attempt: OAuthAttempt, own: list[Connection]) -> None:
    if attempt.connection_id and attempt.connection_id not in {row.pk for row in own}:
        raise ConnectRefused("wrong_account", attempt.return_to)


def _confirmed(attempt: OAuthAttempt, waiting: list[Connection]) -> Connection:
    """The connection that waits to be moved, if the person said that another account may have it.

    The provider knows which account was moved to which; another one may be another person's.
    """
    if attempt.accept_other_account:
        for row in waiting:
            if row.pk == attempt.connection_id:
                return row
    raise ConnectRefused("legacy_account_differs", attempt.return_to)


def _preference(row: Connection, attempt: OAuthAttempt) -> tuple[bool, bool]:
    return row.pk != attempt.connection_id, row.status == ConnectionStatus.DISCONNECTED


def _fill(
    connection: Connection, identity: Identity, permissions: Permissions, now: datetime
) -> None:
    connection.status = ConnectionStatus.ACTIVE
    connection.reason = ""
    connection.account_id = identity.account_id
    connection.account_label = identity.label[:120]
    connection.granted_scopes = permissions.granted
    connection.missing_permissions = permissions.missing
    connection.connected_at = now
    connection.disconnected_at = None
    connection.contested_at = None
    connection.save()


def _store(connection: Connection, grant: Grant, now: datetime) -> None:
    """Replace the tokens. The old ones are not revoked: that would end the new grant, too."""
    pair = {
        "access_token": grant.access_token,
        "expires_at": grant.expires_at,
        "refresh_expires_at": grant.refresh_expires_at,
        "refreshed_at": now,
        "enrolled_at": None,
    }
    if grant.refresh_token:
        pair["refresh_token"] = grant.refresh_token
    Credential.objects.update_or_create(connection=connection, defaults=pair)
