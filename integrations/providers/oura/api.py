"""The calls of the Oura API, v2, that steps need.

Source: the published Oura API v2 description.
"""

from datetime import date, timedelta

from integrations.contract import DayTotal, Identity
from integrations.errors import BadPayload
from integrations.http import HttpClient
from integrations.providers.oura import mapping

COLLECTION = "/v2/usercollection"
LONGEST_RANGE_DAYS = 30
MOST_PAGES = 50


def identity(http: HttpClient) -> Identity:
    """Whose account it is."""
    return mapping.identity(http.get(f"{COLLECTION}/personal_info"))


def day_totals(http: HttpClient, first: date, last: date) -> list[DayTotal]:
    """Totals of the civil days ``first`` to ``last`` inclusive, oldest first."""
    found: dict[date, int] = {}
    start = first
    while start <= last:
        end = min(last, start + timedelta(days=LONGEST_RANGE_DAYS - 1))
        found |= _range(http, start, end)
        start = end + timedelta(days=1)
    return mapping.totals(found)


def _range(http: HttpClient, first: date, last: date) -> dict[date, int]:
    """Whether ``end_date`` is included is not agreed on: a day more is asked for and dropped."""
    dates = {
        "start_date": first.isoformat(),
        "end_date": (last + timedelta(days=1)).isoformat(),
    }
    found: dict[date, int] = {}
    token = ""
    for _ in range(MOST_PAGES):
        more = {"next_token": token} if token else {}
        body = http.get(f"{COLLECTION}/daily_activity", dates | more)
        days, token = mapping.page(body, first, last)
        found |= days
        if not token:
            return found
    raise BadPayload("the pages do not end")
