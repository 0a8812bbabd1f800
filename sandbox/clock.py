"""The sandbox's own clock: real time, shifted or frozen by a knob."""

from datetime import UTC, datetime, timedelta

from sandbox.knobs import KnobBoard, Knobs


class Clock:
    """Tells the time every behaviour of the sandbox goes by."""

    def __init__(self, knobs: KnobBoard[Knobs]) -> None:
        self._knobs = knobs

    def now(self) -> datetime:
        """The current instant in UTC."""
        knobs = self._knobs.now
        if knobs.frozen_now is not None:
            return knobs.frozen_now.astimezone(UTC)
        return datetime.now(UTC) + timedelta(seconds=knobs.clock_offset_seconds)

    def timestamp(self) -> float:
        """The current instant as seconds since the epoch."""
        return self.now().timestamp()
