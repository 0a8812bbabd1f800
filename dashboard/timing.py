"""Where a challenge stands in time, in words. Pure."""

from datetime import date, datetime

from challenges.models import Challenge
from challenges.phases import State, final_at, last_day, state_of
from dashboard.ages import relative


def describe_timing(challenge: Challenge, *, today: date, now: datetime) -> str:
    """Return one phrase for HR staff; ``today`` is the organization's local day."""
    state = state_of(challenge, now)
    if state is State.LIVE:
        return _live(challenge, today)
    if state is State.CLOSING:
        return f"Late steps still count, final {relative(final_at(challenge), now)}"
    if state is State.FINAL:
        return f"Final since {_day(final_at(challenge).date())}"
    until = days(max((challenge.starts_on - today).days, 0))
    return f"Starts in {until}" if state is State.UPCOMING else "Only staff can see it"


def days(number: int) -> str:
    """Return ``1 day`` or ``5 days``."""
    return f"{number} day" if number == 1 else f"{number} days"


def _live(challenge: Challenge, today: date) -> str:
    if last_day(challenge) is None:
        return f"Day {max((today - challenge.starts_on).days + 1, 1)}, until it is closed"
    length = (challenge.ends_on - challenge.starts_on).days + 1
    number = min(max((today - challenge.starts_on).days + 1, 1), length)
    left = length - number
    rest = f"{days(left)} left" if left else "last day"
    return f"Day {number} of {length}, {rest}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
