"""Whether a person is still here while something is written for them."""

from users.models import User
from users.problems import ProblemError


def hold(person_id: int) -> User | None:
    """Lock the person's row until the transaction ends; None for somebody who was erased.

    What takes the lock before it writes about a person never writes about one who has gone.
    """
    rows = User.objects.select_for_update(no_key=True)
    return rows.filter(pk=person_id, is_active=True).first()


def hold_or_refuse(person_id: int) -> User:
    """Do ``hold``; raises ``ProblemError`` 401 for somebody who was erased."""
    person = hold(person_id)
    if person is None:
        raise ProblemError(401, "not_authenticated", "This account is no longer there.")
    return person
