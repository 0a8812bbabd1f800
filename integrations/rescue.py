"""A second copy of fresh tokens for the moment between a provider's answer and our commit.

Where refresh tokens are single use, that answer is the only copy there is: were the process killed
or the database to go away before the commit, the grant would be lost and the person asked to
reconnect. So a new pair lies in Redis, encrypted as in the database, until it is committed. It is
taken up only by a row that still holds the very token that the pair was traded for.
"""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from integrations import crypto
from integrations.crypto import UnreadableSecret
from integrations.oauth import Grant
from integrations.redis_door import RedisGone, door

KEEP_SECONDS = 86400


class _Pair(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a grant; ``traded`` recognises the refresh token that was spent for it."""

    traded: str
    access_token: str
    refresh_token: str
    expires_at: datetime
    refresh_expires_at: datetime | None


def keep(connection_id: UUID, grant: Grant, *, traded: str) -> bool:
    """Keep a grant whose refresh token is new; False where there is nothing that could be lost."""
    if not grant.refresh_token or grant.refresh_token == traded:
        return False
    pair = _Pair(
        traded=_mark(traded),
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_at=grant.expires_at,
        refresh_expires_at=grant.refresh_expires_at,
    )
    secret = crypto.encrypt(msgspec.json.encode(pair).decode())
    try:
        door().ask(lambda redis: redis.set(_key(connection_id), secret, ex=KEEP_SECONDS))
    except RedisGone:
        return False
    return True


def find(connection_id: UUID, *, traded: str) -> Grant | None:
    """The grant that ``traded`` was spent for and that never reached the database, if any."""
    try:
        secret = door().ask(lambda redis: redis.get(_key(connection_id)))
    except RedisGone:
        return None
    pair = _opened(secret) if secret else None
    if pair is None or pair.traded != _mark(traded):
        return None
    return Grant(
        access_token=pair.access_token,
        refresh_token=pair.refresh_token,
        expires_at=pair.expires_at,
        refresh_expires_at=pair.refresh_expires_at,
        scopes=None,
    )


def drop(connection_id: UUID) -> None:
    """Forget it: the database has it now."""
    try:
        door().ask(lambda redis: redis.delete(_key(connection_id)))
    except RedisGone:
        return


def _opened(secret: str) -> _Pair | None:
    try:
        return msgspec.json.decode(crypto.decrypt(secret), type=_Pair)
    except (UnreadableSecret, msgspec.MsgspecError):
        return None


def _mark(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _key(connection_id: UUID) -> str:
    return f"rescue:{connection_id}"
