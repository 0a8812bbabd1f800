"""System checks: a wrong setting is found at start, with what to do about it."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from steps.days import LATE_DATA_DAYS


@register(Tags.security)
def token_keys(app_configs: Any, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Every key of TOKEN_KEYS must be a Fernet key."""
    if not settings.TOKEN_KEYS:
        return [Error("TOKEN_KEYS is empty.", hint=_KEY_HINT, id="stepwell.E001")]
    bad = [n for n, key in enumerate(settings.TOKEN_KEYS, start=1) if not _is_fernet_key(key)]
    return [
        Error(f"Key number {n} of TOKEN_KEYS is no Fernet key.", hint=_KEY_HINT, id="stepwell.E002")
        for n in bad
    ]


@register()
def raw_sample_days(app_configs: Any, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Raw samples must be kept longer than days stay open to late data and new orders."""
    if settings.RAW_SAMPLE_DAYS > LATE_DATA_DAYS:
        return []
    hint = f"Keep them {LATE_DATA_DAYS + 1} days or longer."
    return [Error("RAW_SAMPLE_DAYS is too small.", hint=hint, id="stepwell.E003")]


@register()
def history_days(app_configs: Any, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """What moved a day is told at least as long as its samples are there to tell it from."""
    if settings.HISTORY_DAYS >= settings.RAW_SAMPLE_DAYS:
        return []
    hint = "Keep it as long as RAW_SAMPLE_DAYS or longer."
    return [Error("HISTORY_DAYS is too small.", hint=hint, id="stepwell.E004")]


@register()
def report_days(app_configs: Any, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """A report is there at least as long as the lines of history that name it."""
    if settings.REPORT_DAYS >= settings.HISTORY_DAYS:
        return []
    hint = "Keep them as long as HISTORY_DAYS or longer."
    return [Error("REPORT_DAYS is too small.", hint=hint, id="stepwell.E005")]


@register(Tags.security, deploy=True)
def public_origin(app_configs: Any, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Providers redirect people to BASE_URL, which must be https in production."""
    if settings.BASE_URL.startswith("https://"):
        return []
    return [
        checks.Warning("BASE_URL is not https.", hint="Providers refuse it.", id="stepwell.W001")
    ]


_KEY_HINT = (
    "Make one with: python -c "
    "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
