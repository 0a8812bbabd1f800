"""Who has fallen behind somebody since ranks were last remembered; once a day at most."""

from collections.abc import Iterable
from datetime import datetime

from challenges.models import Challenge, Participant
from challenges.open_challenges import live_challenges
from notifications.kinds import Kind
from notifications.naming import WHO
from notifications.telling import News, tell
from notifications.watch.phases import facts_of
from notifications.watch.ranks import Place, places

# In a bigger crowd somebody passes somebody all the time: there the morning's summary says it.
MOST_PEOPLE = 10_000


def watch(*, now: datetime) -> int:
    """Tell who was overtaken; returns how many are told."""
    today = now.date()
    ranked = (row for row in live_challenges(now) if row.ranked_on and row.ends_on >= today)
    return sum(_tell(challenge, now) for challenge in ranked)


def _tell(challenge: Challenge, now: datetime) -> int:
    rows = Participant.objects.filter(challenge=challenge, left_at=None, hidden=False)
    if rows.count() > MOST_PEOPLE:
        return 0
    standing = places(challenge.pk)
    people = {row.pk: row for row in rows}
    return tell(list(_news(challenge, people, standing)), now=now)


def _news(
    challenge: Challenge, people: dict[int, Participant], standing: dict[int, Place]
) -> Iterable[News]:
    facts = facts_of(challenge)
    for row in people.values():
        place = standing.get(row.pk)
        if place is None or row.rank_before is None or place.rank <= row.rank_before:
            continue
        above = people.get(place.above or 0)
        by = {WHO: above.person_id if above else None}
        yield News(
            person_id=row.person_id,
            kind=Kind.OVERTAKEN,
            key=f"overtaken:{challenge.pk}:{challenge.ranked_on}",
            challenge_id=challenge.pk,
            facts=facts | {"rank": place.rank} | by,
        )
