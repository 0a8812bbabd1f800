"""Lets every worker process of a fresh web server import what it imports on first use."""

from bench import bodies, load
from bench.house import House
from bench.people import access_token, now, phones

_TIMES = 8


def warm_up(house: House) -> None:
    """Send a few requests of each kind, from more clients than there are worker processes."""
    moment = now()
    owners = phones(_TIMES, now=moment)
    reads = [load.get("/api/v1/steps", access_token(phone.person)) for phone in owners]
    writes = [
        load.post("/api/v1/relay/uploads", phone.token, bodies.history(0, now=moment))
        for phone in owners
    ]
    load.send(reads * 3 + writes, port=house.web_port, clients=_TIMES, per_connection=1)
