"""Draws and decides the rounds of a head-to-head challenge.

A round is decided once, from the counted steps there are at that instant, and stays decided: later
steps change scores within the week at hand, never who met whom.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from challenges import audit, totals
from challenges.kind_registry import kind_of
from challenges.kinds.bracket import drawn, pairs, rounds_in, week_of
from challenges.models import Challenge, Match, Participant, ScoredDay
from challenges.open_challenges import open_challenges
from challenges.phases import begins_at, final_at, over_at
from challenges.rules import frame_of


def advance_all(*, now: datetime) -> int:
    """Draw or decide whatever is due in open challenges; return how many went on."""
    paired = [one for one in open_challenges(now) if kind_of(one.kind).paired]
    return sum(advance(challenge=one, now=now) for one in paired)


@transaction.atomic
def advance(*, challenge: Challenge, now: datetime) -> bool:
    """Draw the first round when the first day begins, decide a round when it is due.

    Returns whether anything was due. Doing it twice changes nothing.
    """
    stored = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
    current = _latest(stored)
    if not current:
        return now >= begins_at(stored.starts_on) and _draw(stored, _entrants(stored), 0, now)
    number = current[0].round
    if current[0].decided_at is not None or now < decides_at(stored, number):
        return False
    winners = _decide(stored, current, now)
    if len(winners) > 1 and number + 1 < rounds_in(frame_of(stored)):
        _draw(stored, winners, number + 1, now)
    return True


def decides_at(challenge: Challenge, number: int) -> datetime:
    """Return the instant (UTC) from which round ``number`` is decided, the final one at latest."""
    kind = kind_of(challenge.kind)
    _, last = week_of(number, frame_of(challenge))
    settled = timedelta(hours=kind.settings(challenge.settings).settle_hours)
    return min(over_at(last) + settled, final_at(challenge))


def _latest(challenge: Challenge) -> list[Match]:
    last = Match.objects.filter(challenge=challenge).order_by("-round").first()
    if last is None:
        return []
    rows = Match.objects.filter(challenge=challenge, round=last.round).order_by("place")
    return list(rows.select_related("home", "away"))


def _entrants(challenge: Challenge) -> list[int]:
    rows = Participant.objects.filter(challenge=challenge, left_at=None)
    return drawn(rows.values_list("pk", flat=True), str(challenge.pk))


def _draw(challenge: Challenge, entrants: Sequence[int], number: int, now: datetime) -> bool:
    meeting = pairs(entrants) if len(entrants) > 1 else []
    Match.objects.bulk_create(
        Match(challenge=challenge, round=number, place=place, home_id=home, away_id=away)
        for place, (home, away) in enumerate(meeting)
    )
    if meeting:
        audit.note(
            challenge,
            "round_drawn",
            actor=None,
            now=now,
            subject=f"round {number + 1}",
            after={"matches": len(meeting)},
        )
    return bool(meeting)


def _decide(challenge: Challenge, matches: Sequence[Match], now: datetime) -> list[int]:
    """Store who won; return the winners in the order of the draw."""
    number = matches[0].round
    ids = [row.home_id for row in matches] + [row.away_id for row in matches if row.away_id]
    locked = Participant.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    people = {row.pk: row for row in locked.prefetch_related("challenge")}
    steps = _steps(ids, *week_of(number, frame_of(challenge)))
    winners = [_settle(match, people, steps, now) for match in matches]
    Match.objects.bulk_update(matches, ["home_steps", "away_steps", "winner", "decided_at"])
    for row in winners:
        row.rounds_won = number + 1
    totals.settle(sorted(winners, key=lambda row: row.pk), now=now, membership_changed=True)
    audit.note(challenge, "round_decided", actor=None, now=now, subject=f"round {number + 1}")
    return [row.pk for row in winners]


def _settle(
    match: Match, people: dict[int, Participant], steps: dict[int, int], now: datetime
) -> Participant:
    home = people[match.home_id]
    away = people[match.away_id] if match.away_id else None
    match.home_steps, match.decided_at = steps.get(home.pk, 0), now
    match.away_steps = steps.get(away.pk, 0) if away else None
    winner = away if away and _loses(home, away, steps) else home
    match.winner = winner
    return winner


def _loses(home: Participant, away: Participant, steps: dict[int, int]) -> bool:
    """Return whether the one drawn first goes out; whoever has left loses to whoever has not."""
    if (home.left_at is None) != (away.left_at is None):
        return home.left_at is not None
    return steps.get(home.pk, 0) < steps.get(away.pk, 0)


def _steps(ids: Sequence[int], *week: object) -> dict[int, int]:
    rows = ScoredDay.objects.filter(participant__in=ids, date__range=week)
    sums = rows.values_list("participant_id").annotate(Sum("counted"))
    return {pk: int(counted) for pk, counted in sums}
