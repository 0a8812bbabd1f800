"""Tokens as Google gives them out: how they look, how long they last, how many may live."""

import secrets

from sandbox.world import World


def issue_access(world: World, grant_id: int, scopes: frozenset[str], now: float) -> str:
    """A fresh access token."""
    knobs = world.knobs.now
    text = f"ya29.sbx-{secrets.token_urlsafe(knobs.access_token_length)}"
    return world.grants.add_token(
        text[: knobs.access_token_length],
        "access",
        grant_id=grant_id,
        scopes=scopes,
        now=now,
        expires_at=now + knobs.access_token_seconds,
    )


def issue_refresh(
    world: World, grant_id: int, scopes: frozenset[str], now: float, *, testing: bool
) -> str:
    """A fresh refresh token; beyond the allowed number the grant's oldest dies silently."""
    knobs = world.knobs.now
    with world.store.transaction():
        token = world.grants.add_token(
            f"1//sbx-{secrets.token_urlsafe(64)}",
            "refresh",
            grant_id=grant_id,
            scopes=scopes,
            now=now,
            expires_at=now + knobs.refresh_token_seconds_in_testing if testing else None,
        )
        world.grants.keep_newest(grant_id, "refresh", knobs.max_live_refresh_tokens)
    return token
