"""Sums of steps over people, as far as they may be shown.

Only people who show themselves on leaderboards are summed: what they walk is known to their
colleagues, and the sum less the leaderboard tells nothing about those who hide. A sum over fewer
people than the organization's minimum is not shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum

from challenges.models import Challenge, ScoredDay
from dashboard.charts import Datum
from steps.models import Day
from users.models import User, Visibility


@dataclass(frozen=True, slots=True)
class DaySum:
    """Steps of ``people`` many on one local day."""

    people: int
    steps: int


def daily_steps(people: QuerySet[User], *, first: date, last: date) -> dict[date, DaySum]:
    """Sum merged days of ``people``; days nobody has a number for are missing."""
    open_people = people.exclude(leaderboard_visibility=Visibility.HIDDEN).exclude(
        participations__hidden=True
    )
    rows = (
        Day.objects.filter(person__in=open_people, date__range=(first, last), steps__isnull=False)
        .values_list("date")
        .annotate(Count("pk"), Sum("steps"))
    )
    return {day: DaySum(count, int(steps)) for day, count, steps in rows}


def challenge_days(challenge: Challenge) -> dict[date, DaySum]:
    """Sum what counted in the challenge per local day."""
    rows = (
        ScoredDay.objects.filter(
            participant__challenge=challenge, participant__left_at=None, participant__hidden=False
        )
        .exclude(participant__person__leaderboard_visibility=Visibility.HIDDEN)
        .values_list("date")
        .annotate(Count("pk"), Sum("counted"))
    )
    return {day: DaySum(count, int(steps)) for day, count, steps in rows}


def drawn(sums: Mapping[date, DaySum], *, first: date, last: date, minimum: int) -> list[Datum]:
    """Return one thing to draw per day of ``first`` to ``last``; small groups stay hidden."""
    length = max((last - first).days + 1, 0)
    return [
        _datum(first + timedelta(days=n), sums.get(first + timedelta(days=n)), minimum)
        for n in range(length)
    ]


def _datum(day: date, total: DaySum | None, minimum: int) -> Datum:
    label = f"{day:%a} {day.day} {day:%b}"
    if total is None:
        return Datum(label=label, value=None, note="no data", short="no data yet")
    if total.people < minimum:
        few = f"fewer than {minimum} people, not shown"
        return Datum(label=label, value=None, note=few, short=few)
    whose = f"of {total.people:,} people"
    return Datum(label=label, value=total.steps, note=f"{total.steps:,} steps {whose}", short=whose)
