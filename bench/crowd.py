"""Challenges with as many participants as one likes, made once per run and size."""

from dataclasses import dataclass
from functools import cache

from bench.multiply import analyze, multiply
from bench.people import access_token, challenge, company, now, people
from challenges import membership
from challenges.models import Challenge, Participant
from users.models import User

ASKERS = 24
MOST_STEPS = 900_000


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """A challenge, its size, and access tokens of people who stand here and there on its board."""

    game: Challenge
    size: int
    tokens: tuple[str, ...]


@cache
def crowd(size: int) -> Crowd:
    """Make a challenge with `size` participants with scores of all heights."""
    moment, organization = now(), company()
    game = challenge(organization, now=moment)
    askers = people(min(ASKERS, size), organization)
    for place, person in enumerate(askers):
        row = membership.join(challenge=game, person=person, now=moment)
        row.score = row.steps = MOST_STEPS * place // len(askers)
        row.save(update_fields=["score", "steps"])
    _fill_up(game, askers[0], size - len(askers))
    tokens = tuple(access_token(person) for person in askers)
    return Crowd(game=game, size=size, tokens=tokens)


def _fill_up(game: Challenge, like: User, number: int) -> None:
    """Copy a participant and the person, and give the copies each other."""
    multiply(like, number, {"email": f"'{game.pk}-' || n || '@bench.example'"})
    copies = (
        f"(SELECT id FROM users_user WHERE lower(email) = '{game.pk}-' || n || '@bench.example')"  # noqa: S608
    )
    steps = f"mod(n::bigint * 7919, {MOST_STEPS})"
    multiply(
        Participant.objects.get(challenge=game, person=like),
        number,
        {"person_id": copies, "score": steps, "steps": steps},
    )
    analyze(User, Participant)
