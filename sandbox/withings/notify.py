"""POST /notify: which address hears of which kind of change, for one person."""

from urllib.parse import urlsplit

import msgspec
import requests
from werkzeug.wrappers import Request, Response

from sandbox.people import Person
from sandbox.withings.dialect import BAD_CALLBACK, BAD_REQUEST, bad, good
from sandbox.withings.knobs import WithingsKnobs
from sandbox.world import World

DOCUMENT = "withings subscriptions"
LONGEST_URL = 255


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """That changes of a kind (`appli`) of somebody's account are posted to `url`."""

    email: str
    appli: int
    url: str


def subscriptions(world: World) -> list[Subscription]:
    """Every subscription, oldest first."""
    doc = world.store.document(DOCUMENT)
    return msgspec.json.decode(doc, type=list[Subscription]) if doc else []


def _save(world: World, kept: list[Subscription]) -> None:
    world.store.save_document(DOCUMENT, msgspec.json.encode(kept).decode())


def drop_subscriptions(world: World, email: str) -> None:
    """Forget what an account was subscribed to."""
    with world.store.transaction():
        _save(world, [each for each in subscriptions(world) if each.email != email])


def notify(world: World, request: Request, person: Person, knobs: WithingsKnobs) -> Response:
    """List or subscribe."""
    action, appli = request.form.get("action"), request.form.get("appli", "")
    if not appli.isdecimal() or action not in ("list", "subscribe"):
        return bad(BAD_REQUEST, "Invalid Params")
    if action == "list":
        return good({"profiles": _profiles(world, person, int(appli))})
    url = request.form.get("callbackurl", "")
    if not _is_reachable(url, knobs):
        return bad(BAD_CALLBACK, "The callback URL is either unknown or invalid")
    with world.store.transaction():
        wanted = Subscription(email=person.email, appli=int(appli), url=url)
        _save(world, [*(each for each in subscriptions(world) if each != wanted), wanted])
    return good({})


def _profiles(world: World, person: Person, appli: int) -> list[dict[str, object]]:
    mine = [each for each in subscriptions(world) if each.email == person.email]
    return [
        {"appli": each.appli, "callbackurl": each.url, "comment": None}
        for each in mine
        if each.appli == appli
    ]


def _is_reachable(url: str, knobs: WithingsKnobs) -> bool:
    """Plain HTTP is "restricted mode"; a HEAD has to be answered well."""
    if len(url) > LONGEST_URL or urlsplit(url).scheme not in ("http", "https"):
        return False
    if not knobs.probe:
        return True
    try:
        return requests.head(url, timeout=5, allow_redirects=False).ok
    except requests.RequestException:
        return False
