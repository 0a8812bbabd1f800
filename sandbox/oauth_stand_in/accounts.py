"""Who somebody is in a room: account ids that stay the same for ever, different in each room."""

import hashlib

from sandbox.people import Person
from sandbox.world import World


def hex_id(room: str, email: str, length: int = 32) -> str:
    """An account id of lower-case hexadecimal digits."""
    return hashlib.sha256(f"{room}:{email}".encode()).hexdigest()[:length]


def number_id(room: str, email: str) -> int:
    """An account id of eight or nine decimal digits."""
    return 10**7 + int(hex_id(room, email, 15), 16) % (9 * 10**8)


def person_with(world: World, room: str, account_id: str) -> Person | None:
    """Whose account id (of either kind) this is, or None."""
    for person in world.people.all():
        known = hashlib.sha256(f"{room}:{person.email}".encode()).hexdigest()
        if known.startswith(account_id) and len(account_id) >= 8:
            return person
        if str(number_id(room, person.email)) == account_id:
            return person
    return None
