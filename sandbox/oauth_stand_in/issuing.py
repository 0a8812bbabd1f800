"""Gives out tokens, tells whose token one is, and takes them back."""

import secrets
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request

from sandbox.grants import Token
from sandbox.oauth_stand_in.dialect import Dialect, Issued, OAuthKnobs
from sandbox.rooms import Login
from sandbox.world import World


def knobs_of(world: World, dialect: Dialect) -> OAuthKnobs:
    """The room's knobs in force."""
    return world.knobs_of(dialect.room, dialect.knobs).now


def issue(
    world: World, dialect: Dialect, *, email: str, client_id: str, scopes: frozenset[str]
) -> Issued:
    """Tokens for a consent just given."""
    grant_id = world.grants_of(dialect.room).open_grant(email, client_id)
    refreshable = knobs_of(world, dialect).refresh_tokens != "none"
    return issue_for(world, dialect, grant_id, email, scopes, refreshable=refreshable)


def issue_for(
    world: World,
    dialect: Dialect,
    grant_id: int,
    email: str,
    scopes: frozenset[str],
    *,
    refreshable: bool,
) -> Issued:
    """A new access token of a grant and, if `refreshable`, a new refresh token after it."""
    knobs = knobs_of(world, dialect)
    seconds = {"access": knobs.access_token_seconds, "refresh": knobs.refresh_token_seconds}
    now = world.clock.timestamp()
    given: dict[str, str] = {}
    for kind in ("access", "refresh") if refreshable else ("access",):
        lifetime = seconds[kind]
        given[kind] = world.grants_of(dialect.room).add_token(
            f"{dialect.room}-{kind}-{secrets.token_urlsafe(32)}",
            kind,
            grant_id=grant_id,
            scopes=scopes,
            now=now,
            expires_at=None if lifetime is None else now + lifetime,
        )
    return Issued(
        email=email,
        scopes=scopes,
        access_token=given["access"],
        expires_in=knobs.access_token_seconds,
        refresh_token=given.get("refresh"),
        refresh_expires_in=knobs.refresh_token_seconds if refreshable else None,
    )


def login_of(dialect: Dialect) -> Login:
    """What the control API needs to let people consent without a browser."""

    def consent(
        world: World, email: str, client_id: str, scopes: frozenset[str], *, offline: bool
    ) -> Mapping[str, Any]:
        del offline  # whether there are refresh tokens is a knob of the room
        return dialect.token_answer(
            issue(world, dialect, email=email, client_id=client_id, scopes=scopes)
        )

    known = frozenset(dialect.scopes)
    return Login(known=known, usual=known, issue=consent)


def bearer(request: Request) -> str:
    """The token of the Authorization header, or nothing."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def holder(world: World, dialect: Dialect, text: str) -> Token | None:
    """The access token, if it works now."""
    held = world.grants_of(dialect.room).token(text)
    works = held is not None and held.kind == "access" and held.works_at(world.clock.timestamp())
    return held if works else None
