"""Where a browser may land after a provider's consent page: only where the operator allows."""

from urllib.parse import SplitResult, unquote, urlencode, urlsplit, urlunsplit

from django.conf import settings

from users.query_params import invalid

DEFAULT = "/oauth/done"


def checked(wanted: str) -> str:
    """Return the landing address; raises ``ProblemError`` 400 when it is not allowed."""
    if not wanted:
        return f"{settings.BASE_URL}{DEFAULT}"
    if not _allowed(wanted):
        raise invalid("return_to", "This address is not among those the operator allows.")
    return wanted


def _allowed(wanted: str) -> bool:
    """Compare scheme, host and path prefix; a prefix of the text alone could be another host."""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return False
    if parts.username or parts.password or any(char.isspace() for char in wanted):
        return False
    return any(_covers(urlsplit(each), parts) for each in [*settings.RETURN_TO_ALLOWED, _own()])


def _covers(allowed: SplitResult, wanted: SplitResult) -> bool:
    same_place = (allowed.scheme, allowed.netloc) == (wanted.scheme, wanted.netloc)
    if not allowed.netloc:  # an app's own scheme, written "stepwell://" or "stepwell:"
        return allowed.scheme == wanted.scheme and allowed.scheme not in {"http", "https"}
    return same_place and _below(allowed.path, wanted.path)


def _below(allowed: str, wanted: str) -> bool:
    """Compare whole segments, as a browser reads them: ``/app`` covers neither ``/apple`` nor what
    leads out of it again."""
    folder = allowed.rstrip("/")
    inside = wanted == folder or wanted.startswith(f"{folder}/")
    return inside and ".." not in unquote(wanted).replace("\\", "/").split("/")


def _own() -> str:
    return f"{settings.BASE_URL}/"


def with_result(landing: str, **params: str) -> str:
    """Add ``result=...`` or ``error=...`` to the landing address."""
    parts = urlsplit(landing)
    query = f"{parts.query}&{urlencode(params)}" if parts.query else urlencode(params)
    return urlunsplit(parts._replace(query=query))
