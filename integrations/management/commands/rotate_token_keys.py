"""``manage.py rotate_token_keys``: after adding a new key at the front of TOKEN_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.crypto import UnreadableSecret
from integrations.rotation import rotate_all


class Command(BaseCommand):
    """Encrypts every stored token anew; afterwards the old keys may be removed."""

    help = "Encrypt every stored token under the newest key of TOKEN_KEYS."

    def handle(self, *_: Any, **__: Any) -> None:
        """Show progress per table; stop with advice when a row cannot be read."""
        try:
            for name, done in rotate_all():
                self.stdout.write(f"{name}: {done} rows")
        except UnreadableSecret as error:
            raise CommandError(f"{error}. Put the missing old key back and repeat.") from error
        self.stdout.write("done: the old keys may now be removed from TOKEN_KEYS")
