"""The last 30 days of one person, as the app asks for them when it is opened.

Floor: a signed-in GET on the same server that does nothing.
"""

from datetime import timedelta

from bench import load
from bench.bare import GET_PATH
from bench.house import House
from bench.load import Answered
from bench.outcome import Row, at_least, at_most
from bench.people import access_token, company, now, people
from bench.sizes import Sizes
from bench.warm import warm_up
from integrations.models import Connection, ConnectionStatus
from steps.models import Channel, Day, Source, SourceKind
from users.models import User

CLIENTS = 8
DAYS = 30
PATH = "/api/v1/steps"


def run(house: House, sizes: Sizes) -> list[Row]:
    """Measure reads by many people; one alone would be throttled."""
    tokens = [_person_with_days(person) for person in people(sizes.days_people, company())]
    with house.web() as watched:
        warm_up(house)
        pairs = [_run(house, sizes, tokens, watched) for _ in range(sizes.runs)]
    return [
        Row(
            name="days",
            unit="requests/s",
            values=tuple(value.per_second for value, _ in pairs),
            floors=tuple(floor.per_second for _, floor in pairs),
            goal=at_least(0.6),
        ),
        Row(
            name="days-p99",
            unit="ms",
            values=tuple(value.percentile_ms(99) for value, _ in pairs),
            floors=tuple(floor.percentile_ms(99) for _, floor in pairs),
            goal=at_most(40, absolute=True),
        ),
        Row(
            name="days-cpu",
            unit="CPU ms",
            values=tuple(1000 * value.cpu / len(value.seconds) for value, _ in pairs),
            floors=tuple(1000 * floor.cpu / len(floor.seconds) for _, floor in pairs),
        ),
    ]


def _run(
    house: House, sizes: Sizes, tokens: list[str], watched: list[int]
) -> tuple[Answered, Answered]:
    floor, value = (
        load.send(
            [load.get(path, token) for token in tokens],
            port=house.web_port,
            clients=CLIENTS,
            watched=watched,
            seconds=sizes.days_seconds,
        )
        for path in (f"/{GET_PATH}", PATH)
    )
    return value, floor


def _person_with_days(person: User) -> str:
    moment = now()
    connection = Connection.objects.create(
        person=person, provider="healthkit", status=ConnectionStatus.ACTIVE, connected_at=moment
    )
    source = Source.objects.create(
        person=person,
        connection_id=connection.pk,
        key="watch",
        name="Apple Watch",
        provider="healthkit",
        kind=SourceKind.WATCH,
        channel=Channel.RAW,
        first_seen_at=moment,
    )
    Day.objects.bulk_create(
        Day(
            person=person,
            date=(moment - timedelta(days=back)).date(),
            steps=5000 + 100 * back,
            steps_with_manual=5000 + 100 * back,
            source=source,
            zone=person.timezone,
            updated_at=moment,
        )
        for back in range(DAYS)
    )
    return access_token(person)
