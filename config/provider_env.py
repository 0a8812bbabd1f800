"""Per-provider settings by naming convention, so that a new provider needs no line in settings."""

from collections.abc import Mapping

PREFIX = "PROVIDER_"


def provider_settings(environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Collect ``PROVIDER_<SLUG>_<KEY>=value`` into ``{slug: {key: value}}``, both lower case.

    In a variable's name the slug is written without dash and underscore: the settings of
    ``health_connect`` are ``PROVIDER_HEALTHCONNECT_...``.
    """
    found: dict[str, dict[str, str]] = {}
    for name, value in environ.items():
        if name.startswith(PREFIX) and name.count("_") >= 2:
            slug, _, key = name.removeprefix(PREFIX).lower().partition("_")
            found.setdefault(slug, {})[key] = value
    return found
