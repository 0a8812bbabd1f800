"""The fingerprint of a result: anybody who has the digests can work it out again. Pure.

Everything is SHA-256 over UTF-8 text, fields parted by a tab, as 64 hexadecimal digits. The digest
of a line is that of seal, board, place, member, rank, score, tie-breaker, steps, name. The
fingerprint is that of the lines ``stepwell-result/2``, challenge id, edition; then per line board,
place, digest, boards in the order people, teams, departments, each by place; every line ends with a
line feed. A digest can be published where a line is nobody else's business: the seal, 128 random
bits, keeps it from being guessed.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

FORMAT = "stepwell-result/2"
BOARD_ORDER = ("people", "teams", "departments")


class Line(NamedTuple):
    """A line of a result, as it goes into its digest."""

    seal: str
    board: str
    place: int
    member: str
    rank: int
    score: int
    tiebreak: int
    steps: int
    name: str


def digest(line: Line) -> str:
    """Return the digest of a line."""
    return hashlib.sha256("\t".join(map(str, line)).encode()).hexdigest()


def fingerprint(challenge_id: str, edition: int, lines: Iterable[Line]) -> str:
    """Return the fingerprint of the lines; their order does not matter."""
    whole = hashlib.sha256(f"{FORMAT}\t{challenge_id}\t{edition}\n".encode())
    for line in sorted(lines, key=lambda each: (BOARD_ORDER.index(each.board), each.place)):
        whole.update(f"{line.board}\t{line.place}\t{digest(line)}\n".encode())
    return whole.hexdigest()
