"""Claiming what is due: 500 of a great many, by four contenders at once.

Floor: the bare statement, ``UPDATE ... IN (SELECT ... FOR UPDATE SKIP LOCKED)``, by as many
contenders on the same table.
"""

from datetime import datetime, timedelta
from statistics import fmean

from django.db import connection

from bench.contender import BATCH
from bench.house import House
from bench.multiply import analyze, multiply
from bench.outcome import Row, at_most
from bench.people import company, now, people
from bench.racers import racers
from bench.sizes import Sizes
from devstack.failures import DevstackError
from integrations.models import Connection, ConnectionStatus
from sync.models import Run, Schedule

CONTENDERS = 4


def run(house: House, sizes: Sizes) -> list[Row]:  # noqa: ARG001 - contenders are started here
    """Measure the time of a batch; both ways start from the same table each time."""
    moment = now()
    _fill(sizes.pick_due, moment)
    pairs = []
    for _ in range(sizes.runs):
        bare = _contend("bare", sizes)
        _release(moment)
        pairs.append((_contend("claim", sizes), bare))
        _release(moment)
    _empty()
    return [
        Row(
            name="pick",
            unit="ms/500",
            values=tuple(value for value, _ in pairs),
            floors=tuple(bare for _, bare in pairs),
            goal=at_most(2),
        )
    ]


def _fill(number: int, moment: datetime) -> None:
    """Make connections of one person, due at different moments of the last hour."""
    template = Connection.objects.create(
        person=people(1, company())[0],
        provider="fitbit",
        status=ConnectionStatus.ACTIVE,
        account_id="pick",
        connected_at=moment,
    )
    multiply(
        template,
        number,
        {"id": "gen_random_uuid()", "account_id": "'pick-' || n"},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_schedule (connection_id, next_sync_at, failures) "
            "SELECT id, %s - random() * interval '1 hour', 0 FROM integrations_connection "
            "WHERE account_id LIKE 'pick-%%'",
            [moment],
        )
    analyze(Connection, Schedule)


def _contend(way: str, sizes: Sizes) -> float:
    """Return the milliseconds per batch, as the contenders saw them on average."""
    command = ("bench.contender", way, str(sizes.pick_batches_each))
    with racers([command] * CONTENDERS) as contenders:
        for contender in contenders:
            contender.go()
        said = [contender.result() for contender in contenders]
    claimed = [key for each in said for key in each["claimed"]]
    _check(claimed, wanted=CONTENDERS * sizes.pick_batches_each * BATCH)
    return 1000 * fmean(seconds for each in said for seconds in each["seconds"])


def _check(claimed: list[str], *, wanted: int) -> None:
    if len(claimed) != wanted or len(set(claimed)) != wanted:
        raise DevstackError(f"{len(claimed)} claims of {len(set(claimed))} rows, not {wanted}")


def _release(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sync_run CASCADE")
    Schedule.objects.filter(lease_until__isnull=False).update(
        lease_until=None, next_sync_at=moment - timedelta(minutes=30)
    )
    analyze(Schedule, Run)


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE integrations_connection CASCADE")
