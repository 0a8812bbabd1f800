"""The authorization endpoint: checks the request, shows the consent page, sends the answer back."""

import secrets
from functools import partial

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response

from sandbox.authorization import AuthorizationRequest, Refused, decide, person_of
from sandbox.consent_page import consent_page
from sandbox.google_health.scopes import WORDING, read, written
from sandbox.grants import Code
from sandbox.people import Person
from sandbox.world import World

GOOGLES_OWN = ("access_type", "prompt", "include_granted_scopes")


class Ask(AuthorizationRequest):
    """A checked authorization request."""

    def __init__(self, world: World, params: MultiDict[str, str]) -> None:
        client = world.clients.get(params.get("client_id", ""))
        super().__init__(params, client, also=GOOGLES_OWN)
        self.scopes = read(self.params.get("scope", ""))
        unknown = self.scopes - set(WORDING)
        if unknown or not self.scopes:
            named = ", ".join(sorted(unknown)) or "none was requested"
            raise Refused("invalid_scope", f"Some requested scopes cannot be shown: {named}")


def authorize(world: World, request: Request) -> Response:
    """Show the page, or send the answer back."""
    return decide(
        request,
        read=partial(Ask, world),
        page=partial(_page, world),
        answer=partial(_answer, world),
    )


def _page(world: World, ask: Ask) -> Response:
    if ask.params.get("prompt") == "none":
        return ask.answer(error="interaction_required")
    return consent_page(
        people=world.people.all(),
        chosen=ask.suggested(world),
        scopes=[(scope, WORDING[scope]) for scope in sorted(ask.scopes)],
        carried=ask.params,
    )


def _answer(world: World, ask: Ask, form: MultiDict[str, str]) -> Response:
    granted = frozenset(form.getlist("granted")) & ask.scopes
    if form.get("decision", "allow") != "allow" or not granted:
        return ask.answer(error="access_denied")
    code = _code(world, ask, person_of(world, form), granted)
    world.grants.add_code(code)
    return ask.answer(code=code.code, scope=written(granted))


def _code(world: World, ask: Ask, person: Person, granted: frozenset[str]) -> Code:
    now = world.clock.timestamp()
    client_id = ask.params["client_id"]
    asks_again = "consent" in ask.params.get("prompt", "").split()
    first = world.grants.live_grant(person.email, client_id) is None
    return Code(
        code=f"4/0sbx-{secrets.token_urlsafe(48)}",
        client_id=client_id,
        email=person.email,
        redirect_uri=ask.redirect_uri,
        scopes=granted,
        challenge=ask.params.get("code_challenge"),
        method=ask.method,
        offline=ask.params.get("access_type") == "offline" and (asks_again or first),
        expires_at=now + world.knobs.now.code_seconds,
    )
