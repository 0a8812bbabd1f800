"""The authorization endpoint: checks the request, shows the consent page, sends the answer back."""

import secrets
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.consent_page import consent_page, error_page
from sandbox.google_health.scopes import WORDING, read, written
from sandbox.grants import Code
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
    "access_type",
    "prompt",
    "login_hint",
    "include_granted_scopes",
)


class Refused(Exception):  # a page for the person at the browser, not a crash
    """The request cannot be answered with a redirect: shown as a page, like Google does."""

    def __init__(self, error: str, explanation: str) -> None:
        super().__init__(explanation)
        self.error = error
        self.explanation = explanation


class Ask:
    """A checked authorization request."""

    def __init__(self, world: World, params: MultiDict[str, str]) -> None:
        self.params = {name: params[name] for name in CARRIED if name in params}
        self.redirect_uri = self.params.get("redirect_uri", "")
        self.scopes = read(self.params.get("scope", ""))
        self.method = self.params.get("code_challenge_method", "plain")
        self._check_client(world)
        self._check_request()

    def _check_client(self, world: World) -> None:
        client = world.clients.get(self.params.get("client_id", ""))
        if client is None:
            raise Refused("invalid_client", "The OAuth client was not found.")
        if not client.may_redirect_to(self.redirect_uri):
            raise Refused(
                "redirect_uri_mismatch",
                "The redirect URI in the request does not match the ones authorized for the"
                " OAuth client.",
            )

    def _check_request(self) -> None:
        if self.params.get("response_type") != "code":
            raise Refused("unsupported_response_type", "Only response_type=code is offered.")
        unknown = self.scopes - set(WORDING)
        if unknown or not self.scopes:
            named = ", ".join(sorted(unknown)) or "none was requested"
            raise Refused("invalid_scope", f"Some requested scopes cannot be shown: {named}")
        if self.method not in ("S256", "plain"):
            raise Refused("invalid_request", "code_challenge_method must be S256 or plain.")

    def answer(self, **params: str) -> Response:
        """The redirect back to the application, with its state."""
        if "state" in self.params:
            params["state"] = self.params["state"]
        joint = "&" if "?" in self.redirect_uri else "?"
        return redirect(f"{self.redirect_uri}{joint}{urlencode(params)}", 302)


def authorize(world: World, request: Request) -> Response:
    """GET shows the page, POST decides; a request that fails the checks gets a 400 page."""
    params = request.form if request.method == "POST" else request.args
    try:
        ask = Ask(world, params)
        if request.method == "POST":
            return _decide(world, ask, request.form)
    except Refused as refusal:
        return error_page(refusal.error, refusal.explanation)
    if ask.params.get("prompt") == "none":
        return ask.answer(error="interaction_required")
    return _page(world, ask)


def _page(world: World, ask: Ask) -> Response:
    people = world.people.all()
    hinted = world.people.get(ask.params.get("login_hint", ""))
    chosen = hinted or (people[0] if people else None)
    return consent_page(
        people=people,
        chosen=chosen.email if chosen else None,
        scopes=[(scope, WORDING[scope]) for scope in sorted(ask.scopes)],
        carried=ask.params,
    )


def _decide(world: World, ask: Ask, form: MultiDict[str, str]) -> Response:
    granted = frozenset(form.getlist("granted")) & ask.scopes
    if form.get("decision", "allow") != "allow" or not granted:
        return ask.answer(error="access_denied")
    person = world.people.get(form.get("account", ""))
    if person is None:
        raise Refused("invalid_request", "No such account. Choose one of the list.")
    code = _code(world, ask, person, granted)
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
