"""The calls of Polar AccessLink, v3, that steps need.

Source: the published AccessLink description: a range holds 28 days at most and begins 365 days ago
at the earliest; 204 means no data.
"""

from datetime import date, timedelta

from integrations.contract import DayTotal
from integrations.http import HttpClient
from integrations.providers.polar import failures, mapping

ACTIVITIES = "/v3/users/activities"
LONGEST_RANGE_DAYS = 28
JSON = {"Accept": "application/json"}  # the interface also speaks XML


def day_totals(http: HttpClient, first: date, last: date) -> list[DayTotal]:
    """Totals of the civil days ``first`` to ``last`` inclusive, oldest first."""
    found: list[DayTotal] = []
    while first <= last:
        end = min(last, first + timedelta(days=LONGEST_RANGE_DAYS - 1))
        found += [total for total in _range(http, first, end) if first <= total.date <= end]
        first = end + timedelta(days=1)
    return found


def _range(http: HttpClient, first: date, last: date) -> list[DayTotal]:
    """One range; day by day where its rows do not tell which days they are."""
    dates = {"from": first.isoformat(), "to": last.isoformat(), "steps": "true"}
    found = mapping.days(http.ask("GET", ACTIVITIES, params=dates, headers=JSON))
    if found is not None:
        return found
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    return [total for day in days for total in _one_day(http, day)]


def _one_day(http: HttpClient, day: date) -> list[DayTotal]:
    return mapping.day(http.ask("GET", f"{ACTIVITIES}/{day.isoformat()}", headers=JSON), day)


def join(http: HttpClient, account_id: str) -> None:
    """Register the person: without it there is no data. Being registered already is fine."""
    try:
        http.ask("POST", "/v3/users", json={"member-id": f"stepwell-{account_id}"}, headers=JSON)
    except failures.RegisteredBefore:
        return


def leave(http: HttpClient, account_id: str) -> None:
    """End the registration; Polar withdraws the token with it."""
    try:
        http.ask("DELETE", f"/v3/users/{account_id}", headers=JSON)
    except failures.NotThere:
        return
