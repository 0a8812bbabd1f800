"""Reads ``steps-shortcut/1``, our own format for a recipe in Apple's Shortcuts app. Pure.

A person can edit a shortcut and every number it sends, so its days are self-reported. Shortcuts
likes to join a list into one text with a line per item, and to write numbers the local way; both
are understood.
"""

import re
from collections import Counter
from datetime import date
from typing import Any

from integrations.relay1_records import MalformedUpload, Rejection, RelayInstallation
from integrations.relays.forms import Push, PushedDay
from integrations.relays.instants import civil_date, iso_or_none
from integrations.relays.reading import Unusable, each, object_of, steps_in, text_of

CLIENT = "shortcut"
NAME = "Apple Shortcut"
SCHEMA = "steps-shortcut/1"
_GROUPED = re.compile(r"\d{1,3}(?:[.,'\u2019\s]\d{3})+")


def decode(body: bytes) -> Push:
    """Read one post; raises ``MalformedUpload`` with words for the person who runs the shortcut."""
    raw = object_of(body)
    if raw.get("schema") != SCHEMA:
        raise MalformedUpload(f'the field "schema" has to be the text {SCHEMA}')
    push = Push(client=CLIENT, name=NAME, self_reported=True)
    push.sent_at = iso_or_none(raw.get("sent_at"))
    push.installation = RelayInstallation(platform="ios")
    days = each("days", _listed(raw.get("days")), _day, push.rejected)
    push.days = _once(days, push.rejected)
    if zone := text_of(raw.get("tz"), 64):
        push.status = {CLIENT: {"time_zone": zone}}
    return push


def _listed(days: object) -> object:
    """One item per day, also where Shortcuts has joined the dates and the numbers by lines."""
    items = [days] if isinstance(days, dict) else days
    if not isinstance(items, list):
        return items
    return [single for item in items for single in _apart(item)]


def _apart(item: Any) -> list[Any]:
    if not isinstance(item, dict):
        return [item]
    dates, steps = _lines(item.get("date")), _lines(item.get("steps"))
    if len(dates) == len(steps):
        return [{"date": day, "steps": count} for day, count in zip(dates, steps, strict=True)]
    return [f"{len(dates)} dates came with {len(steps)} numbers"]


def _lines(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    if isinstance(value, str) and "\n" in value.strip():
        return [line for line in value.splitlines() if line.strip()]
    return [value]


def _day(item: object, index: int) -> PushedDay:
    if not isinstance(item, dict):
        detail = (
            item if isinstance(item, str) and "dates came with" in item else "no date and steps"
        )
        raise Unusable("invalid_record", detail)
    return PushedDay(
        date=civil_date(item.get("date")), steps=steps_in(_plain(item.get("steps"))), index=index
    )


def _plain(count: object) -> object:
    """Undo what a number looks like in the phone's language: ``8.423``, ``8 423`` or ``8423,5``."""
    if not isinstance(count, str):
        return count
    text = count.strip()
    if _GROUPED.fullmatch(text):
        return re.sub(r"\D", "", text)
    return text.replace(",", ".")


def _once(days: list[PushedDay], rejected: list[Rejection]) -> list[PushedDay]:
    """A date that comes several times was not added up by day; no part of it is its total."""
    times: Counter[date] = Counter(day.date for day in days)
    for day in days:
        if times[day.date] > 1:
            detail = f"{day.date} came {times[day.date]} times; group the steps by day"
            rejected.append(Rejection(day.index, "date_twice", detail, "days"))
    return [day for day in days if times[day.date] == 1]
