"""The environment of Stepwell's processes: in the demo, in the tests, in the deployment check."""

import os
import sys
from pathlib import Path

from devstack.credentials import Credentials

# What a process of ours needs from the person's own environment; everything else is set by us.
_KEPT = ("HOME", "TERM", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def application(
    *, database_url: str, redis_url: str, cache_url: str, base_url: str, keys: Credentials
) -> dict[str, str]:
    """Return what every Stepwell process needs, for plain HTTP on this machine."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "CACHE_URL": cache_url,
        "SECRET_KEY": keys.secret_key,
        "TOKEN_KEYS": keys.token_keys,
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "BASE_URL": base_url,
        "RETURN_TO_ALLOWED": f"{base_url}/,stepwell://",
        "SECURE_COOKIES": "0",
        "OAUTHLIB_INSECURE_TRANSPORT": "1",
        "OAUTHLIB_RELAX_TOKEN_SCOPE": "1",
    }


def kept() -> dict[str, str]:
    """Return the part of our own environment that is passed on."""
    scripts = str(Path(sys.executable).parent)
    own = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return own | {
        "PATH": f"{scripts}:{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }
