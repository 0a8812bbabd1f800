"""Background polling by real worker threads, with a provider that takes 50 or 200 ms per call.

Floor: the very same calls, sent to the same stand-in over kept connections by as many clients, and
their answers dropped. CPU is that of worker, database and broker, all told.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max

from bench import load
from bench.cpu import cpu_seconds
from bench.house import House
from bench.outcome import Row, at_least, at_most
from bench.people import now
from bench.provider_calls import calls_of_a_poll
from bench.sandbox import SandboxControl
from bench.sizes import Sizes
from bench.trackers import Wearer, make_due, wearers
from devstack.failures import DevstackError
from steps.models import Bucket
from sync.models import Run
from sync.tasks import CLAIM_BATCH, poll_due

THREADS = 16
# Seconds per call, and which part of the accounts is polled with it (slow calls take longer).
LATENCIES = ((0.05, 1), (0.2, 2))
PATIENCE_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class _Polled:
    per_second: float
    cpu_ms: float


def run(house: House, sizes: Sizes) -> list[Row]:
    """Measure one latency after the other, each in turns with its floor."""
    stack = house.stack
    port = stack.ports["sandbox"]
    sandbox = SandboxControl(port)
    workers = [stack.worker("worker-sync"), stack.worker("worker-default")]
    rows: list[Row] = []
    with house.running(stack.sandbox()), house.running(*workers) as pids:
        owners = wearers(sizes.poll_accounts, sandbox, now=now())
        watched = [*pids, *house.server_pids]
        _poll(owners, watched)
        for seconds, part in LATENCIES:
            sandbox.answer_after(seconds)
            some = owners[::part]
            pairs = [(_bare(some, port), _poll(some, watched)) for _ in range(sizes.runs)]
            rows += _rows(f"poll-{1000 * seconds:.0f}ms", pairs)
    return rows


def _rows(name: str, pairs: list[tuple[float, _Polled]]) -> list[Row]:
    return [
        Row(
            name=name,
            unit="accounts/s",
            values=tuple(polled.per_second for _, polled in pairs),
            floors=tuple(bare for bare, _ in pairs),
            goal=at_least(0.6),
        ),
        Row(
            name=f"{name}-cpu",
            unit="CPU ms",
            values=tuple(polled.cpu_ms for _, polled in pairs),
            goal=at_most(6, absolute=True),
        ),
    ]


def _bare(owners: list[Wearer], port: int) -> float:
    """Return the accounts per second of the calls alone."""
    calls = calls_of_a_poll([owner.connection for owner in owners])
    answered = load.send(calls, port=port, clients=THREADS, per_connection=len(calls))
    return len(owners) / answered.wall


def _poll(owners: list[Wearer], watched: list[int]) -> _Polled:
    """Let all be due, hand them to the workers as beat would, wait until all are read."""
    _forget_the_last_hour(owners)
    begun = now()
    make_due(owners, now=begun)
    cpu = cpu_seconds(watched)
    for _ in range(-(-len(owners) // CLAIM_BATCH)):
        poll_due.delay()
    ended = _await_all(owners, begun)
    used = cpu_seconds(watched) - cpu
    return _Polled(
        per_second=len(owners) / (ended - begun).total_seconds(),
        cpu_ms=1000 * used / len(owners),
    )


def _await_all(owners: list[Wearer], begun: datetime) -> datetime:
    runs = Run.objects.filter(
        connection__in=[owner.connection for owner in owners], requested_at__gte=begun
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (done := runs.filter(state=Run.State.DONE).count()) < len(owners):
        failed = runs.filter(state=Run.State.FAILED).first()
        if failed is not None or time.monotonic() > deadline:
            raise DevstackError(f"{done} of {len(owners)} polled; {failed and failed.detail}")
        time.sleep(0.1)
    ended = runs.aggregate(last=Max("finished_at"))["last"]
    assert isinstance(ended, datetime)
    return ended


def _forget_the_last_hour(owners: list[Wearer]) -> None:
    """Let what is stored of today differ from what the provider says, as it does at every poll."""
    today = now().date()
    people = [owner.person for owner in owners]
    Bucket.objects.filter(person__in=people, date=today, whole_day=True).update(
        steps=F("steps") + 1
    )
