"""How much work each benchmark does: as usual, in full, or so little that a test can wait."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Amounts per run; durations in seconds."""

    runs: int = 3
    ingest_phones: int = 15
    ingest_bodies_each: int = 4
    small_phones: int = 60
    small_uploads_each: int = 4
    bare_seconds: float = 2.0
    days_people: int = 64
    days_seconds: float = 3.0
    merge_repeats: int = 300
    poll_accounts: int = 200
    pick_due: int = 200_000
    pick_batches_each: int = 4
    tap_people: int = 16
    tap_backlog: int = 120
    board_people: tuple[int, ...] = (1_000, 100_000)
    board_seconds: float = 3.0
    refill_people: int = 100_000


USUAL = Sizes()
SIZES = {
    "usual": USUAL,
    "full": Sizes(
        pick_due=1_000_000,
        board_people=(1_000, 100_000, 1_000_000),
        refill_people=1_000_000,
    ),
    "tiny": Sizes(
        runs=1,
        ingest_phones=2,
        ingest_bodies_each=1,
        small_phones=4,
        small_uploads_each=2,
        bare_seconds=0.2,
        days_people=2,
        days_seconds=0.2,
        merge_repeats=3,
        poll_accounts=4,
        pick_due=4_000,
        pick_batches_each=1,
        tap_people=2,
        tap_backlog=4,
        board_people=(50, 500),
        board_seconds=0.3,
        refill_people=500,
    ),
}
