"""Whose steps count: one family, or two and the difference as typed by hand."""

from datetime import date

import pytest

from integrations.contract import FetchWindow, ProviderConfig
from integrations.errors import Rejected
from integrations.providers.fitbit.provider import ACTIVITY, PROVIDER

FIRST, LAST = date(2026, 11, 17), date(2026, 11, 19)
PREFIX = "users/me/dataSourceFamilies/"


class Google:
    """Answers dailyRollUp by family: {family: {day of the month: steps}}."""

    def __init__(self, **families):
        self.families, self.asked = families, []

    def post(self, path, body):
        family = body["dataSourceFamily"].removeprefix(PREFIX)
        self.asked.append(family)
        days = self.families[family.replace("-", "_")]
        return {"rollupDataPoints": [_point(day, steps) for day, steps in days.items()]}


def _point(day, steps):
    start = {"date": {"year": 2026, "month": 11, "day": day}}
    return {"civilStartTime": start, "steps": {"countSum": str(steps)}}


def fetch(google, family):
    values = {"data_source_family": family} if family else {}
    config = ProviderConfig(client_id="c", client_secret="s", values=values)
    window = FetchWindow(first=FIRST, last=LAST)
    found = PROVIDER.fetch(google, config, window, frozenset({ACTIVITY}))
    return [(day.date.day, day.steps, day.manual_steps) for day in found.days]


def test_by_default_everything_counts_and_nothing_is_taken_for_typed():
    google = Google(all_sources={17: 100, 19: 300})
    assert fetch(google, "") == [(17, 100, 0), (19, 300, 0)]
    assert google.asked == ["all-sources"]


def test_wearables_alone_leave_typed_steps_out():
    google = Google(google_wearables={17: 100})
    assert fetch(google, "google-wearables") == [(17, 100, 0)]


def test_both_families_tell_what_no_wearable_measured():
    google = Google(all_sources={17: 5000, 18: 800, 19: 300}, google_wearables={17: 4200, 19: 301})
    assert fetch(google, "both") == [(17, 5000, 800), (18, 800, 800), (19, 300, 0)]
    assert google.asked == ["all-sources", "google-wearables"]


def test_without_any_day_the_second_family_is_not_asked_for():
    google = Google(all_sources={})
    assert fetch(google, "both") == []
    assert google.asked == ["all-sources"]


def test_a_word_that_is_no_family_is_the_operators_mistake():
    with pytest.raises(Rejected) as caught:
        fetch(Google(), "wearables")
    assert caught.value.cause == "app_misconfigured"
