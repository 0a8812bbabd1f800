"""A model field that is encrypted at rest."""

from typing import TYPE_CHECKING, Any

from django.db import models

from integrations import crypto

if TYPE_CHECKING:  # Django's field classes are generic in the type stubs only
    TextField = models.TextField[Any, Any]
else:
    TextField = models.TextField


class EncryptedTextField(TextField):
    """Text stored as ciphertext under ``TOKEN_KEYS``.

    Raises:
        crypto.UnreadableSecret: on reading a value that none of the configured keys opens. A wrong
            key is never papered over by handing out the ciphertext.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        return None if value is None else crypto.encrypt(value)

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt on the way from the database."""
        return None if value is None else crypto.decrypt(value)
