"""The one call that steps need: ``measure`` with ``action=getactivity``."""

from datetime import date, timedelta

from integrations.contract import Fetched
from integrations.errors import BadPayload
from integrations.http import HttpClient
from integrations.providers.withings import mapping
from integrations.providers.withings.failures import opened

MEASURE = "/v2/measure"
MOST_PAGES = 50


def activity(http: HttpClient, first: date, last: date) -> Fetched:
    """The civil days ``first`` to ``last`` inclusive, oldest first, and the zone they are in.

    One day more is asked for, in case the end of a range is not included somewhere.
    """
    return mapping.fetched(_rows(http, first, last + timedelta(days=1)), first, last)


def _rows(http: HttpClient, first: date, last: date) -> list[mapping.Row]:
    """Follow the pages to the end."""
    rows: list[mapping.Row] = []
    offset = 0
    for _ in range(MOST_PAGES):
        fields = {
            "action": "getactivity",
            "startdateymd": first.isoformat(),
            "enddateymd": last.isoformat(),
            "data_fields": "steps",
        }
        more = {"offset": str(offset)} if offset else {}
        page = mapping.page(opened(http.form(MEASURE, fields | more), "getactivity"))
        rows += page.activities
        if not page.more:
            return rows
        offset = page.offset
    raise BadPayload("the pages do not end")
