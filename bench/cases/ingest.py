"""First uploads of 1,000 samples: how fast they become rows, days and standings.

Floor: the very rows that came of it, stored again in batches of 1,000 by binary COPY into a
temporary table and one upsert, on one connection, in a table of the same shape and indexes.
"""

from dataclasses import dataclass

from django.db.models import Max

from bench import bodies, load
from bench.copy_floor import CopyFloor, copy_floor
from bench.house import House
from bench.load import Answered
from bench.outcome import Row, at_least, at_most
from bench.people import Phone, now, phones
from bench.sizes import Sizes
from bench.warm import warm_up
from devstack.failures import DevstackError
from steps.models import Sample
from users.models import User

CLIENTS = 2
PATH = "/api/v1/relay/uploads"


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One run: uploads of new samples, the same again, and the floor (seconds, CPU seconds)."""

    bodies: int
    new: Answered
    again: Answered
    floor: tuple[float, float]

    @property
    def samples(self) -> int:
        return self.bodies * bodies.SAMPLES_PER_BODY


def run(house: House, sizes: Sizes) -> list[Row]:
    """Measure new uploads and their repetition."""
    server = house.database_pid
    with house.web() as watched, copy_floor(house.stack.database_url, TABLE, server) as floor:
        warm_up(house)
        runs = [_run(house, sizes, watched, floor) for _ in range(sizes.runs)]
    return _rows(runs)


TABLE = Sample._meta.db_table  # noqa: SLF001 - Django's documented model API


def _run(house: House, sizes: Sizes, watched: list[int], floor: CopyFloor) -> _Run:
    first = (User.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    requests = _requests(phones(sizes.ingest_phones, now=now()), sizes.ingest_bodies_each)
    new = _send(house, requests, watched)
    rows, types = floor.stored(first)
    wanted = len(requests) * bodies.SAMPLES_PER_BODY
    if len(rows) != wanted:
        raise DevstackError(f"{wanted} samples were answered with 200, {len(rows)} are stored")
    filled = floor.fill(rows, types, batch=bodies.SAMPLES_PER_BODY)
    return _Run(bodies=len(requests), new=new, again=_send(house, requests, watched), floor=filled)


def _requests(senders: list[Phone], each: int) -> list[bytes]:
    """Every phone sends its parts in turn, so that two clients seldom meet on one person."""
    return [
        load.post(PATH, phone.token, bodies.history(number, now=now()))
        for number in range(each)
        for phone in senders
    ]


def _send(house: House, requests: list[bytes], watched: list[int]) -> Answered:
    return load.send(
        requests, port=house.web_port, clients=CLIENTS, watched=watched, per_connection=1
    )


def _rows(runs: list[_Run]) -> list[Row]:
    return [
        Row(
            name="ingest",
            unit="samples/s",
            values=tuple(each.samples / each.new.wall for each in runs),
            floors=tuple(each.samples / each.floor[0] for each in runs),
            goal=at_least(0.5),
        ),
        Row(
            name="ingest-cpu",
            unit="CPU s/1,000",
            values=tuple(each.new.cpu / each.bodies for each in runs),
            floors=tuple(each.floor[1] / each.bodies for each in runs),
            goal=at_most(0.03, absolute=True),
        ),
        Row(
            name="ingest-again",
            unit="CPU s/1,000",
            values=tuple(each.again.cpu / each.bodies for each in runs),
            floors=tuple(each.new.cpu / each.bodies for each in runs),
            goal=at_most(0.5),
        ),
    ]
