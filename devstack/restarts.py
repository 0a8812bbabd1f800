"""How often and how soon a dead process is started again."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class RestartLimit:
    """Allows `times` deaths within `per_seconds`, each with a longer wait than the one before."""

    times: int = 5
    per_seconds: float = 60
    first_wait: float = 0.5
    deaths: deque[float] = field(default_factory=deque)

    def wait_after_death(self, now: float) -> float | None:
        """Note a death at `now` (seconds of any steady clock).

        Returns the seconds to wait before the next start, or None when it is time to give up.
        """
        self.deaths.append(now)
        while now - self.deaths[0] > self.per_seconds:
            self.deaths.popleft()
        if len(self.deaths) > self.times:
            return None
        return float(self.first_wait * 2 ** (len(self.deaths) - 1))
