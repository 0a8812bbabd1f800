"""Badges and milestones of everybody whose score has changed, in the order of the changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from challenges.models import Challenge, Participant, ScoredDay
from challenges.open_challenges import open_challenges
from challenges.versions import stamp
from notifications import badges, marks
from notifications.badges import Walked
from notifications.kinds import Kind
from notifications.models import Badge
from notifications.telling import Happening, News, show, tell
from notifications.watch.phases import facts_of

AT_ONCE = 500
# A change that is stamped earlier may be committed later; after so long none is under way any more.
SETTLED_AFTER = timedelta(seconds=30)
# What everybody gets sooner or later is no news for the feed.
FEED_FROM = 100_000
FEED_BADGES = frozenset({"day_20k", "row_7", "row_30", "weekend"})


def watch(*, now: datetime) -> int:
    """Go through every change since the last look; returns how many people are told something."""
    begun = (row for row in open_challenges(now) if row.starts_on <= now.date())
    return sum(_follow(row, now) for row in begun)


def _follow(challenge: Challenge, now: datetime) -> int:
    told, more = 0, True
    while more:
        told_now, more = _next(challenge, now)
        told += told_now
    return told


@transaction.atomic
def _next(challenge: Challenge, now: datetime) -> tuple[int, bool]:
    """Look at the next changed participants; says whether there may be more of them."""
    name = f"progress:{challenge.pk}"
    place = marks.place_of(name)
    upto = stamp(now - SETTLED_AFTER)
    changed = Participant.objects.filter(
        challenge=challenge, version__gt=place, version__lte=upto, left_at=None
    )
    rows = list(changed.order_by("version")[:AT_ONCE])
    if not rows:
        return 0, False
    news = _news(challenge, rows, now)
    marks.advance(name, rows[-1].version, now=now)
    return tell(news, now=now), len(rows) == AT_ONCE


def _news(challenge: Challenge, rows: Sequence[Participant], now: datetime) -> list[News]:
    walked = days_of(rows)
    fresh = settle_badges(challenge, {row.person_id: walked[row.pk] for row in rows})
    news = [_badge(challenge, pk, codes) for pk, codes in fresh.items() if codes]
    news += [one for row in rows if (one := _milestone(challenge, row, walked[row.pk]))]
    visible = {row.person_id for row in rows if not row.hidden}
    show([_item(one) for one in news if one.person_id in visible and _notable(one)], now=now)
    return news


def days_of(rows: Sequence[Participant]) -> dict[int, list[Walked]]:
    """Return the counted days of participants in order of date; one query."""
    days: dict[int, list[Walked]] = {row.pk: [] for row in rows}
    scored = ScoredDay.objects.filter(participant__in=rows).order_by("date")
    for pk, day, counted in scored.values_list("participant_id", "date", "counted"):
        days[pk].append(Walked(day, counted))
    return days


def settle_badges(challenge: Challenge, walked: dict[int, list[Walked]]) -> dict[int, list[str]]:
    """Make stored badges follow from the days; returns the codes that are new, by person."""
    wanted = {
        (person, code): day
        for person, days in walked.items()
        for code, day in badges.earned(days).items()
    }
    rows = Badge.objects.filter(challenge=challenge, person__in=walked)
    kept = {(row.person_id, row.code): row for row in rows}
    gone = [row.pk for where, row in kept.items() if wanted.get(where) != row.earned_on]
    Badge.objects.filter(pk__in=gone).delete()
    stale = {where for where, row in kept.items() if row.pk in set(gone)}
    missing = {where: day for where, day in wanted.items() if where not in kept or where in stale}
    Badge.objects.bulk_create(
        [
            Badge(challenge=challenge, person_id=person, code=code, earned_on=day)
            for (person, code), day in missing.items()
        ],
        ignore_conflicts=True,
    )
    return _by_person(missing.keys() - stale)


def _by_person(places: set[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for person, code in sorted(places):
        found.setdefault(person, []).append(code)
    return found


def _badge(challenge: Challenge, person_id: int, codes: list[str]) -> News:
    """One message for all badges that came together; it carries the last one's meaning."""
    rules = [rule for code, rule in badges.RULES.items() if code in codes]
    facts = {
        "codes": codes,
        "title": ", ".join(rule.title for rule in rules),
        "meaning": rules[-1].meaning,
    }
    return News(
        person_id=person_id,
        kind=Kind.BADGE,
        key=f"badge:{challenge.pk}:{rules[-1].code}",
        challenge_id=challenge.pk,
        facts=facts_of(challenge) | facts,
    )


def _milestone(challenge: Challenge, row: Participant, days: Sequence[Walked]) -> News | None:
    """The highest total that was reached; lower ones passed on the way are not told."""
    reached = badges.milestones(sum(day.counted for day in days))
    if not reached:
        return None
    return News(
        person_id=row.person_id,
        kind=Kind.MILESTONE,
        key=f"milestone:{challenge.pk}:{reached[-1]}",
        challenge_id=challenge.pk,
        facts=facts_of(challenge) | {"threshold": reached[-1]},
    )


def _notable(news: News) -> bool:
    if news.kind is Kind.BADGE:
        return bool(FEED_BADGES & set(news.facts["codes"]))
    return bool(news.facts["threshold"] >= FEED_FROM)


def _item(news: News) -> Happening:
    assert isinstance(news.challenge_id, UUID)
    return Happening(
        challenge_id=news.challenge_id,
        kind=news.kind,
        key=f"{news.key}:{news.person_id}",
        person_id=news.person_id,
        facts=news.facts,
    )
