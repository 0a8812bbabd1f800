"""The authorization endpoint: checks the request, shows the consent page, sends the answer back."""

import secrets
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.consent_page import consent_page, error_page
from sandbox.grants import Code
from sandbox.oauth_stand_in.dialect import Dialect, OAuthKnobs
from sandbox.people import Person
from sandbox.world import World

CARRIED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "login_hint",
)


class Refused(Exception):  # a page for the person at the browser, not a crash
    """The request cannot be answered with a redirect."""

    def __init__(self, error: str, explanation: str) -> None:
        super().__init__(explanation)
        self.error = error
        self.explanation = explanation


class Ask:
    """A checked authorization request."""

    def __init__(self, world: World, dialect: Dialect, params: MultiDict[str, str]) -> None:
        self.params = {name: params[name] for name in CARRIED if name in params}
        self.dialect = dialect
        self.knobs: OAuthKnobs = world.knobs_of(dialect.room, dialect.knobs).now
        self.redirect_uri = self.params.get("redirect_uri", "")
        self.scopes = dialect.read(self.params.get("scope", "")) or frozenset(dialect.scopes)
        self.method = self.params.get("code_challenge_method", "plain")
        self._check_client(world)
        self._check_request()

    def _check_client(self, world: World) -> None:
        client = world.clients_of(self.dialect.room).get(self.params.get("client_id", ""))
        if client is None:
            raise Refused("invalid_client", "The application is not known.")
        if not client.may_redirect_to(self.redirect_uri):
            raise Refused(
                "redirect_uri_mismatch", "The redirect address is none of the application's."
            )

    def _check_request(self) -> None:
        if self.params.get("response_type") != "code":
            raise Refused("unsupported_response_type", "Only response_type=code is offered.")
        unknown = self.scopes - set(self.dialect.scopes)
        if unknown:
            raise Refused("invalid_scope", f"Unknown scopes: {', '.join(sorted(unknown))}")
        if self.method not in ("S256", "plain"):
            raise Refused("invalid_request", "code_challenge_method must be S256 or plain.")
        if self.knobs.pkce == "required" and "code_challenge" not in self.params:
            raise Refused("invalid_request", "code_challenge is missing.")

    def answer(self, **params: str) -> Response:
        """The redirect back to the application, with its state."""
        if "state" in self.params:
            params["state"] = self.params["state"]
        joint = "&" if "?" in self.redirect_uri else "?"
        return redirect(f"{self.redirect_uri}{joint}{urlencode(params)}", 302)


def authorize(world: World, dialect: Dialect, request: Request) -> Response:
    """GET shows the page, POST decides; a request that fails the checks gets a 400 page."""
    params = request.form if request.method == "POST" else request.args
    try:
        ask = Ask(world, dialect, params)
        if request.method == "POST":
            return _decide(world, ask, request.form)
    except Refused as refusal:
        return error_page(refusal.error, refusal.explanation)
    return _page(world, ask)


def _page(world: World, ask: Ask) -> Response:
    people = world.people.all()
    hinted = world.people.get(ask.params.get("login_hint", ""))
    chosen = hinted or (people[0] if people else None)
    return consent_page(
        people=people,
        chosen=chosen.email if chosen else None,
        scopes=[(scope, ask.dialect.scopes[scope]) for scope in sorted(ask.scopes)],
        choice=ask.dialect.choice,
        carried=ask.params,
        service=ask.dialect.service,
    )


def _decide(world: World, ask: Ask, form: MultiDict[str, str]) -> Response:
    granted = frozenset(form.getlist("granted")) & ask.scopes if ask.dialect.choice else ask.scopes
    if form.get("decision", "allow") != "allow" or not granted:
        return ask.answer(error="access_denied")
    person = world.people.get(form.get("account", ""))
    if person is None:
        raise Refused("invalid_request", "No such account. Choose one of the list.")
    code = _code(world, ask, person, granted)
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
