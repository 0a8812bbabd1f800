"""What the overview shows, in the two parts that refresh themselves."""

from datetime import date, datetime, timedelta
from typing import Any

from dashboard import charts, programme, queries, roster
from dashboard.states import count_states
from users.models import Organization

MOST_REASONS = 6
CHART_DAYS = 14
ONE_DAY = timedelta(days=1)


def now_parts(organization: Organization, *, today: date, now: datetime) -> dict[str, Any]:
    """Return what changes within seconds: challenges, today's steps, data health, last syncs."""
    people, in_challenges = queries.programme_people(organization, now=now)
    counts = count_states(people, now=now)
    drawn = _drawn(organization, today=today, days=2, now=now)
    return {
        "cards": queries.open_cards(organization, today=today, now=now),
        "in_challenges": in_challenges,
        "counts": counts,
        "total": sum(counts.values()),
        "segments": charts.segments({state.value: count for state, count in counts.items()}),
        "reasons": roster.reasons(people, now=now)[:MOST_REASONS],
        "trackers": queries.trackers_in_use(organization),
        "latest": queries.latest_syncs(organization),
        "yesterday_steps": drawn[0],
        "today_steps": drawn[1],
    }


def trend_parts(organization: Organization, *, today: date, now: datetime) -> dict[str, Any]:
    """Return what changes slowly: steps of the last two weeks and sync runs of the last day."""
    activity = queries.sync_activity(organization, now=now)
    return {
        "steps_chart": charts.bar_chart(
            _drawn(organization, today=today, days=CHART_DAYS, now=now)
        ),
        "activity": activity,
        "activity_chart": charts.bar_chart(activity.hours),
    }


def _drawn(
    organization: Organization, *, today: date, days: int, now: datetime
) -> list[charts.Datum]:
    people, _ = queries.programme_people(organization, now=now)
    first = today - ONE_DAY * (days - 1)
    sums = programme.daily_steps(people, first=first, last=today)
    return programme.drawn(sums, first=first, last=today, minimum=organization.minimum_group_size)
