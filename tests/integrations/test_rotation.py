"""After a rotation the newest key alone opens every stored secret."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from integrations.models import Credential
from tests.factories import NOON, ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def credential():
    return Credential.objects.create(
        connection=ConnectionFactory(), access_token="secret", refresh_token=None, expires_at=NOON
    )


def test_rotation_moves_every_secret_to_the_newest_key(credential, settings):
    new = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [new, *settings.TOKEN_KEYS]
    call_command("rotate_token_keys")
    settings.TOKEN_KEYS = [new]
    kept = Credential.objects.get(pk=credential.pk)
    assert (kept.access_token, kept.refresh_token) == ("secret", None)


def test_a_missing_old_key_stops_with_advice(credential, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="Put the missing old key back"):
        call_command("rotate_token_keys")
