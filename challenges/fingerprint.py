"""The fingerprint of a result: anybody who has the lines can work it out again. Pure.

SHA-256 over UTF-8 text: a first line ``stepwell-result/1``, challenge id and edition; then one line
per result line, boards in the order people, teams, departments and best first in each, of board,
place, member, rank, score, tie-breaker, steps. Fields are parted by a tab, every line ends with a
line feed.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

FORMAT = "stepwell-result/1"
BOARD_ORDER = ("people", "teams", "departments")


class Line(NamedTuple):
    """A line of a result, as it goes into the fingerprint."""

    board: str
    place: int
    member: str
    rank: int
    score: int
    tiebreak: int
    steps: int


def fingerprint(challenge_id: str, edition: int, lines: Iterable[Line]) -> str:
    """Return the fingerprint of the lines as 64 hexadecimal digits; their order does not matter."""
    digest = hashlib.sha256(f"{FORMAT}\t{challenge_id}\t{edition}\n".encode())
    for line in sorted(lines, key=lambda each: (BOARD_ORDER.index(each.board), each.place)):
        digest.update(("\t".join(map(str, line)) + "\n").encode())
    return digest.hexdigest()
