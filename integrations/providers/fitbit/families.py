"""Whose steps count: which of Google's data source families a deployment reads. Pure.

``both`` reads the day totals twice, of all sources and of Google's wearables alone, and takes the
difference for typed by hand. It costs a second call, and it is not the default because the family
of wearables leaves out more than typing: somebody who walks with a phone alone would have made no
step that counts. Source: developers.google.com/health, ``dataSourceFamily``.
"""

from dataclasses import replace
from datetime import date

from integrations.contract import DayTotal, ProviderConfig
from integrations.errors import Rejected
from integrations.http import HttpClient
from integrations.providers.fitbit import api

ALL = "all-sources"
WEARABLES = "google-wearables"
BOTH = "both"
CHOICES = frozenset({ALL, WEARABLES, "google-sources", BOTH})


def chosen(config: ProviderConfig) -> str:
    """The operator's choice; raises ``Rejected`` for a word that is none."""
    family = config.values.get("data_source_family") or ALL
    if family not in CHOICES:
        raise Rejected(f"DATA_SOURCE_FAMILY cannot be {family[:40]!r}")
    return family


def read_as(family: str) -> str:
    """The family that totals and hours are asked for."""
    return ALL if family == BOTH else family


def day_totals(http: HttpClient, family: str, first: date, last: date) -> list[DayTotal]:
    """Totals of the civil days ``first`` to ``last`` inclusive, oldest first."""
    days = api.day_totals(http, read_as(family), first, last)
    if family != BOTH or not days:
        return days
    worn = {day.date: day.steps for day in api.day_totals(http, WEARABLES, first, last)}
    return [replace(day, manual_steps=max(0, day.steps - worn.get(day.date, 0))) for day in days]
