"""Settings: every one is listed, and a wrong one is found at start."""

import re
from pathlib import Path

import pytest

from config import checks
from config.provider_env import provider_settings

ROOT = Path(__file__).parents[2]


def test_every_setting_read_is_listed_in_the_example():
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "config/settings.py").read_text()))
    listed = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(read) > 15
    assert read - listed == set()


def test_provider_settings_need_no_line_anywhere():
    environ = {"PROVIDER_FITBIT_CLIENT_ID": "x", "PROVIDER_FITBIT_API_URL": "u", "OTHER": "y"}
    assert provider_settings(environ) == {"fitbit": {"client_id": "x", "api_url": "u"}}


@pytest.mark.parametrize(("keys", "ids"), [([], ["E001"]), (["short"], ["E002"])])
def test_bad_token_keys_are_found_at_start(settings, keys, ids):
    settings.TOKEN_KEYS = keys
    assert [each.id for each in checks.token_keys(None)] == [f"stepwell.{i}" for i in ids]
