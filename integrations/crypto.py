"""Encryption of tokens with keys that can be rotated."""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnreadableSecret(Exception):
    """No configured key opens the stored secret; add the old key to TOKEN_KEYS."""


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _current() -> MultiFernet:
    return _cipher(tuple(settings.TOKEN_KEYS))


def encrypt(text: str) -> str:
    """Encrypt under the newest key."""
    return _current().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with whichever configured key fits; raises ``UnreadableSecret`` when none does."""
    try:
        return _current().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecret("no key in TOKEN_KEYS opens this secret") from error


def rotate(token: str) -> str:
    """Encrypt an existing ciphertext again under the newest key; raises ``UnreadableSecret``."""
    try:
        return _current().rotate(token.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecret("no key in TOKEN_KEYS opens this secret") from error
