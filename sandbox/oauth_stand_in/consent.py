"""The authorization endpoint: checks the request, shows the consent page, sends the answer back."""

import secrets
from functools import partial

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response

from sandbox.authorization import AuthorizationRequest, Refused, decide, person_of
from sandbox.consent_page import consent_page
from sandbox.grants import Code
from sandbox.oauth_stand_in.dialect import Dialect, OAuthKnobs
from sandbox.people import Person
from sandbox.world import World


class Ask(AuthorizationRequest):
    """A checked authorization request."""

    def __init__(self, world: World, dialect: Dialect, params: MultiDict[str, str]) -> None:
        super().__init__(params, world.clients_of(dialect.room).get(params.get("client_id", "")))
        self.dialect = dialect
        self.knobs: OAuthKnobs = world.knobs_of(dialect.room, dialect.knobs).now
        self.scopes = dialect.read(self.params.get("scope", "")) or frozenset(dialect.scopes)
        unknown = self.scopes - set(dialect.scopes)
        if unknown:
            raise Refused("invalid_scope", f"Unknown scopes: {', '.join(sorted(unknown))}")
        if self.knobs.pkce == "required" and "code_challenge" not in self.params:
            raise Refused("invalid_request", "code_challenge is missing.")


def authorize(world: World, dialect: Dialect, request: Request) -> Response:
    """Show the page, or send the answer back."""
    return decide(
        request,
        read=partial(Ask, world, dialect),
        page=partial(_page, world),
        answer=partial(_answer, world),
    )


def _page(world: World, ask: Ask) -> Response:
    return consent_page(
        people=world.people.all(),
        chosen=ask.suggested(world),
        scopes=[(scope, ask.dialect.scopes[scope]) for scope in sorted(ask.scopes)],
        choice=ask.dialect.choice,
        carried=ask.params,
        service=ask.dialect.service,
    )


def _answer(world: World, ask: Ask, form: MultiDict[str, str]) -> Response:
    granted = frozenset(form.getlist("granted")) & ask.scopes if ask.dialect.choice else ask.scopes
    if form.get("decision", "allow") != "allow" or not granted:
        return ask.answer(error="access_denied")
    code = _code(world, ask, person_of(world, form), granted)
    world.grants_of(ask.dialect.room).add_code(code)
    return ask.answer(code=code.code)


def _code(world: World, ask: Ask, person: Person, granted: frozenset[str]) -> Code:
    return Code(
        code=f"{ask.dialect.room}-code-{secrets.token_urlsafe(24)}",
        client_id=ask.params["client_id"],
        email=person.email,
        redirect_uri=ask.redirect_uri,
        scopes=granted,
        challenge=ask.params.get("code_challenge"),
        method=ask.method,
        offline=ask.knobs.refresh_tokens != "none",
        expires_at=world.clock.timestamp() + ask.knobs.code_seconds,
    )
