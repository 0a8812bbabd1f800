"""Ids in addresses: what is no id at all is simply not there."""

import uuid

from users.problems import ProblemError


def not_found() -> ProblemError:
    """Make the answer for what does not exist or belongs to somebody else."""
    return ProblemError(404, "not_found", "There is nothing here that you can see.")


def uuid_or_404(text: str) -> uuid.UUID:
    """Read an id from an address; raises ``ProblemError`` 404 when it is none."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise not_found() from error
