"""Encrypts every stored secret anew under the newest key, so that an old key can be retired."""

from collections.abc import Iterator
from typing import Any

from django.db import connection as database
from django.db import models, transaction

from integrations import crypto
from integrations.fields import EncryptedTextField
from integrations.models import Credential, OAuthAttempt, PendingRevocation

MODELS: tuple[type[models.Model], ...] = (Credential, OAuthAttempt, PendingRevocation)
BATCH = 500


def rotate_all() -> Iterator[tuple[str, int]]:
    """Rotate model by model and batch by batch; yields ``(model name, rows done so far)``.

    May be interrupted and repeated at any time. Raises ``crypto.UnreadableSecret`` when a row was
    written under a key that TOKEN_KEYS no longer holds.
    """
    for model in MODELS:
        done = 0
        for pks in _batches(model):
            _rotate(model, pks)
            done += len(pks)
            yield model.__name__, done


def _batches(model: type[models.Model]) -> Iterator[list[Any]]:
    pks = list(model._default_manager.order_by("pk").values_list("pk", flat=True))  # noqa: SLF001
    for start in range(0, len(pks), BATCH):
        yield pks[start : start + BATCH]


@transaction.atomic
def _rotate(model: type[models.Model], pks: list[Any]) -> None:
    """Work on the ciphertext as stored: reading through the model would decrypt it."""
    meta = model._meta  # noqa: SLF001 - Django's documented model API
    names = [str(field.column) for field in meta.fields if isinstance(field, EncryptedTextField)]
    quote = database.ops.quote_name
    table, key = quote(meta.db_table), quote(str(meta.pk.column))
    columns = ", ".join(quote(name) for name in names)
    assignments = ", ".join(f"{quote(name)} = %s" for name in names)
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {columns} FROM {table} WHERE {key} = ANY(%s) FOR UPDATE",  # noqa: S608
            [pks],
        )
        rows = [[*map(_rotated, secrets), pk] for pk, *secrets in cursor.fetchall()]
        cursor.executemany(
            f"UPDATE {table} SET {assignments} WHERE {key} = %s",  # noqa: S608
            rows,
        )


def _rotated(secret: str | None) -> str | None:
    return None if secret is None else crypto.rotate(secret)
