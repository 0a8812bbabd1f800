"""Where a sync request stands, worked out from its lines and their runs. Pure but for the rows."""

from collections.abc import Iterable
from enum import StrEnum

from sync.models import Run, SyncRequestLine

Outcome = SyncRequestLine.Outcome
FINE = {Outcome.UP_TO_DATE, Outcome.COOLING_DOWN, Outcome.WAITING_FOR_PHONE}


class RequestStatus(StrEnum):
    """The whole request."""

    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


def line_state(line: SyncRequestLine) -> str:
    """Return queued, running, done, failed, or waiting for a line that no run stands behind."""
    if line.run is not None:
        return line.run.state
    if line.outcome == Outcome.WAITING_FOR_PHONE:
        return "waiting"
    return "done" if line.outcome in FINE else "failed"


def request_status(lines: Iterable[SyncRequestLine]) -> RequestStatus:
    """Return running while any run is open, else how it ended; nothing to ask is a failure."""
    states = [line_state(line) for line in lines]
    if any(state in {Run.State.QUEUED, Run.State.RUNNING} for state in states):
        return RequestStatus.RUNNING
    bad = states.count("failed")
    if not states or bad == len(states):
        return RequestStatus.FAILED
    return RequestStatus.PARTIAL if bad else RequestStatus.DONE
