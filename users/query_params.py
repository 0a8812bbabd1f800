"""Query parameters parsed at the edge, refused with a problem that names the parameter."""

from datetime import UTC, date, datetime, timedelta

from rest_framework.request import Request

from users.problems import ProblemError

LONGEST_RANGE = timedelta(days=400)
EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 1, 1)


def date_param(request: Request, name: str, default: date) -> date:
    """Return a ``YYYY-MM-DD`` parameter or the default; raises ``ProblemError`` 400."""
    text = request.query_params.get(name)
    if text is None:
        return default
    return parse_date(text, name)


def parse_date(text: str, name: str) -> date:
    """Read a ``YYYY-MM-DD`` date; raises ``ProblemError`` 400 naming the field."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise invalid(name, "Write the date as YYYY-MM-DD, for example 2026-11-20.") from error
    if not EARLIEST <= day <= LATEST:
        raise invalid(name, f"Days from {EARLIEST} to {LATEST} can be asked for.")
    return day


def date_range(request: Request, *, today: date, default_days: int) -> tuple[date, date]:
    """Return ``from`` and ``to`` (inclusive); by default the last ``default_days`` up to today.

    Raises ``ProblemError`` 400 when a date is malformed, the range is upside down or too long.
    """
    last = date_param(request, "to", today)
    first = date_param(request, "from", max(EARLIEST, last - timedelta(days=default_days - 1)))
    if first > last:
        raise invalid("from", "The first day lies after the last.")
    if last - first > LONGEST_RANGE:
        raise invalid("from", f"Ask for {LONGEST_RANGE.days} days at most.")
    return first, last


def invalid(name: str, message: str) -> ProblemError:
    """Make the problem for one invalid field or parameter."""
    return ProblemError(
        400, "invalid", "Some of what was sent is not valid; see errors.", errors={name: [message]}
    )
