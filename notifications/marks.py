"""How far a watcher has come with something, so that the next look goes on from there."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from notifications.models import Mark

DONE = -1
FORGET_AFTER = timedelta(days=120)


def place_of(name: str) -> int:
    """Return the place reached, 0 at the beginning, ``DONE`` when there is nothing left to do."""
    row = Mark.objects.filter(name=name).first()
    return row.place if row else 0


def unfinished(names: Iterable[str]) -> set[str]:
    """Return the names of what is not done yet."""
    wanted = set(names)
    done = Mark.objects.filter(name__in=wanted, place=DONE).values_list("name", flat=True)
    return wanted - set(done)


def advance(name: str, place: int, *, now: datetime) -> None:
    """Remember the place reached, in the caller's transaction."""
    Mark.objects.update_or_create(name=name, defaults={"place": place, "at": now})


def forget_old(*, now: datetime) -> int:
    """Drop marks nobody has moved for months; returns how many."""
    return Mark.objects.filter(at__lt=now - FORGET_AFTER).delete()[0]
