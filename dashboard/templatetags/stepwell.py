"""Words and numbers for the templates."""

from datetime import datetime, tzinfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from challenges.freshness import Freshness
from challenges.kind_registry import kind_of
from challenges.models import Challenge
from challenges.phases import last_day
from dashboard import ages, connecting
from dashboard.causes import explain
from dashboard.filters import PeopleFilter
from dashboard.provider_names import name_of
from users.instants import rfc3339

register = template.Library()

STATE_WORDS = {
    Freshness.FRESH: "Fresh",
    Freshness.STALE: "Stale",
    Freshness.BROKEN: "Broken",
    Freshness.NONE: "No data yet",
}


@register.simple_tag
def ago(instant: datetime | None, now: datetime, zone: tzinfo) -> SafeString | str:
    """Write how long ago ``instant`` was, with the exact time in ``zone`` on hovering."""
    if instant is None:
        return "never"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        rfc3339(instant),
        ages.absolute(instant, zone),
        ages.relative(instant, now),
    )


@register.simple_tag
def due(instant: datetime, now: datetime, zone: tzinfo) -> SafeString:
    """Write when something is due; a time gone by is due now."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        rfc3339(instant),
        ages.absolute(instant, zone),
        ages.relative(instant, now) if instant > now else "now",
    )


@register.simple_tag
def clock(now: datetime, zone: tzinfo) -> str:
    """Write the time of day in ``zone``."""
    return f"{now.astimezone(zone):%H:%M:%S}"


@register.filter
def kind_title(slug: str) -> str:
    """Return the name of a kind of challenge."""
    return kind_of(slug).title


@register.filter
def dates(challenge: Challenge) -> str:
    """Write the first and the last day of a challenge."""
    last = last_day(challenge)
    until = "until it is closed" if last is None else f"{last.day} {last:%b %Y}"
    return f"{challenge.starts_on.day} {challenge.starts_on:%b %Y} \N{EN DASH} {until}"


@register.filter
def thousands(number: int | None) -> str:
    """Write a number with separators; nothing known is a dash."""
    return "—" if number is None else f"{number:,}"


@register.filter
def state_word(state: Freshness) -> str:
    """Return the word for the state of somebody's data."""
    return STATE_WORDS[state]


@register.filter
def provider_name(slug: str) -> str:
    """Return the name of a provider."""
    return name_of(slug)


@register.simple_tag
def connect_problem(code: str) -> connecting.Problem | None:
    """Return what to say about a refused connection."""
    return connecting.problem_of(code)


@register.simple_tag
def cause_title(code: str, provider: str) -> str:
    """Return the title of a cause."""
    return explain(code, provider=name_of(provider) if provider else "").title


@register.filter
def query_for(wanted: PeopleFilter, page: int) -> str:
    """Return the filter's query string for a page."""
    return wanted.query(page=page)
