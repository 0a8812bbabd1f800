"""The careful counting of one process for the time without Redis."""

import threading
from collections import Counter
from collections.abc import Sequence

from integrations.budgets.allowances import SLOTS, Allowance, local

_FORGET_ABOVE = 10_000


class LocalCount:
    """Calls per allowance and slot, and blocks; times are Unix milliseconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, Counter[int]] = {}
        self._blocks: dict[str, int] = {}

    def spend(
        self, blocks: Sequence[str], wanted: Sequence[Allowance], now: int
    ) -> tuple[int, int] | None:
        """Count a call, or return the place that refuses (as in ``SPEND``) and until when."""
        with self._lock:
            refusal = self._refusal(blocks, wanted, now)
            if refusal is None:
                for allowance in wanted:
                    self._count(allowance, now)
            return refusal

    def block(self, key: str, until: int) -> None:
        """Let nobody of this process call before ``until``."""
        with self._lock:
            self._blocks[key] = max(until, self._blocks.get(key, 0))

    def forget(self) -> None:
        """Start anew."""
        with self._lock:
            self._calls.clear()
            self._blocks.clear()

    def _refusal(
        self, blocks: Sequence[str], wanted: Sequence[Allowance], now: int
    ) -> tuple[int, int] | None:
        for place, key in enumerate(blocks, start=1):
            if self._blocks.get(key, 0) > now:
                return place, self._blocks[key]
        for place, allowance in enumerate(wanted, start=3):
            slots = self._recent(allowance, now)
            if slots.total() >= local(allowance):
                return place, (min(slots) + SLOTS + 1) * allowance.slot_ms
        return None

    def _recent(self, allowance: Allowance, now: int) -> Counter[int]:
        oldest = now // allowance.slot_ms - SLOTS
        slots = self._calls.get(allowance.key, Counter())
        return Counter({slot: count for slot, count in slots.items() if slot >= oldest})

    def _count(self, allowance: Allowance, now: int) -> None:
        if len(self._calls) > _FORGET_ABOVE:
            self._calls.clear()
        slots = self._recent(allowance, now)
        slots[now // allowance.slot_ms] += 1
        self._calls[allowance.key] = slots
