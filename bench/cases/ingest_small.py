"""What phones send through the day: 8 to 40 samples or 24 buckets at a time, gzipped.

Floor: the same bodies posted to an address of the same server that checks the token and reads
the body, and does nothing with it.
"""

from bench import bodies, load
from bench.bare import POST_PATH
from bench.house import House
from bench.load import Answered
from bench.outcome import Row, at_least
from bench.people import Phone, now, phones
from bench.sizes import Sizes
from bench.warm import warm_up

CLIENTS = 8
SAMPLES = (8, 16, 24, 40)
PATH = "/api/v1/relay/uploads"
# Every fourth phone sends the hours its platform has merged instead of samples.
BUCKET_PHONES = 4


def run(house: House, sizes: Sizes) -> list[Row]:
    """Measure small uploads, each phone's one after the other."""
    with house.web() as watched:
        warm_up(house)
        pairs = [_run(house, sizes, watched) for _ in range(sizes.runs)]
    return [
        Row(
            name="ingest-small",
            unit="uploads/s",
            values=tuple(value.per_second for value, _ in pairs),
            floors=tuple(floor.per_second for _, floor in pairs),
            goal=at_least(0.6),
        ),
        Row(
            name="ingest-small-cpu",
            unit="CPU ms",
            values=tuple(1000 * value.cpu / len(value.seconds) for value, _ in pairs),
            floors=tuple(1000 * floor.cpu / len(floor.seconds) for _, floor in pairs),
        ),
    ]


def _run(house: House, sizes: Sizes, watched: list[int]) -> tuple[Answered, Answered]:
    senders = phones(sizes.small_phones, now=now())
    _give_history(house, senders)
    port = house.web_port
    floor = load.send(
        _requests(f"/{POST_PATH}", senders, sizes.small_uploads_each),
        port=port,
        clients=CLIENTS,
        watched=watched,
        seconds=sizes.bare_seconds,
        per_connection=1,
    )
    requests = _requests(PATH, senders, sizes.small_uploads_each)
    value = load.send(requests, port=port, clients=CLIENTS, watched=watched, per_connection=1)
    return value, floor


def _give_history(house: House, senders: list[Phone]) -> None:
    moment = now()
    first = [load.post(PATH, phone.token, bodies.history(0, now=moment)) for phone in senders]
    load.send(first, port=house.web_port, clients=CLIENTS)


def _requests(path: str, senders: list[Phone], each: int) -> list[bytes]:
    return [
        load.post(path, phone.token, _body(place, number), gzipped=True)
        for number in range(each)
        for place, phone in enumerate(senders)
    ]


def _body(phone: int, number: int) -> bytes:
    if phone % BUCKET_PHONES == BUCKET_PHONES - 1:
        return bodies.day_in_buckets(number, now=now())
    return bodies.increment(number, SAMPLES[(phone + number) % len(SAMPLES)], now=now())
