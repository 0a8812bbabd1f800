"""The morning's summary of the day before, when it is morning where the person is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from challenges.kind_registry import kind_of
from challenges.models import Challenge, Participant, ScoredDay
from challenges.open_challenges import open_challenges
from notifications import marks
from notifications.kinds import Kind
from notifications.telling import News
from notifications.watch.everybody import tell_everybody
from notifications.watch.phases import facts_of
from notifications.watch.ranks import Place, places

MORNING = time(8)
UNTIL = time(12)
ONE_DAY = timedelta(days=1)


def watch(*, now: datetime) -> int:
    """Tell everybody for whom it is morning; returns how many are told."""
    return sum(_tell(challenge, now) for challenge in open_challenges(now))


def _tell(challenge: Challenge, now: datetime) -> int:
    mornings = {
        f"summary:{challenge.pk}:{yesterday}:{zone}": (zone, yesterday)
        for zone, yesterday in _mornings(challenge, now)
    }
    due = sorted(marks.unfinished(mornings))
    standing = places(challenge.pk) if due else {}
    told = 0
    for name in due:
        zone, day = mornings[name]
        write = partial(_write, challenge, day, standing)
        who = Q(person__timezone=zone)
        told += tell_everybody(challenge, name=name, write=write, now=now, who=who)
    return told


def _mornings(challenge: Challenge, now: datetime) -> Iterable[tuple[str, date]]:
    """The zones of participants where it is morning, and the day before it there."""
    people = Participant.objects.filter(challenge=challenge, left_at=None)
    for zone in people.values_list("person__timezone", flat=True).distinct():
        local = now.astimezone(ZoneInfo(zone))
        yesterday = local.date() - ONE_DAY
        within = challenge.starts_on <= yesterday <= challenge.ends_on
        if within and MORNING <= local.time() < UNTIL:
            yield zone, yesterday


def _write(
    challenge: Challenge, day: date, standing: Mapping[int, Place], rows: Sequence[Participant]
) -> list[News]:
    """A day of which nothing is known has no summary: silence is told about by another watcher."""
    scored = ScoredDay.objects.filter(participant__in=rows, date=day)
    counted = dict(scored.values_list("participant_id", "counted"))
    facts = facts_of(challenge) | {"date": day.isoformat(), "unit": _unit(challenge)}
    return [
        News(
            person_id=row.person_id,
            kind=Kind.SUMMARY,
            key=f"summary:{challenge.pk}:{day}",
            challenge_id=challenge.pk,
            facts=facts | _own(row, counted[row.pk], standing.get(row.pk)),
        )
        for row in rows
        if row.pk in counted
    ]


def _own(row: Participant, counted: int, place: Place | None) -> dict[str, Any]:
    rank = {"rank": place.rank, "rank_before": row.rank_before} if place else {}
    return {"counted": counted, "score": row.score} | rank


def _unit(challenge: Challenge) -> str:
    kind = kind_of(challenge.kind)
    return kind.unit_of(kind.settings(challenge.settings))
