"""What asking for consent is in every room: a checked request, a person, the way back."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.clients import Client
from sandbox.consent_page import error_page
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
    """The request cannot be answered with a redirect: shown as a page."""

    def __init__(self, error: str, explanation: str) -> None:
        super().__init__(explanation)
        self.error = error
        self.explanation = explanation


class AuthorizationRequest:
    """What an application asks for; rooms add what is their own. Raises ``Refused``."""

    def __init__(
        self, params: MultiDict[str, str], client: Client | None, *, also: tuple[str, ...] = ()
    ) -> None:
        self.params = {name: params[name] for name in (*CARRIED, *also) if name in params}
        self.redirect_uri = self.params.get("redirect_uri", "")
        self.method = self.params.get("code_challenge_method", "plain")
        self._check_client(client)
        if self.params.get("response_type") != "code":
            raise Refused("unsupported_response_type", "Only response_type=code is offered.")
        if self.method not in ("S256", "plain"):
            raise Refused("invalid_request", "code_challenge_method must be S256 or plain.")

    def _check_client(self, client: Client | None) -> None:
        if client is None:
            raise Refused("invalid_client", "The OAuth client was not found.")
        if not client.may_redirect_to(self.redirect_uri):
            raise Refused(
                "redirect_uri_mismatch",
                "The redirect URI in the request does not match the ones authorized for the"
                " OAuth client.",
            )

    def answer(self, **params: str) -> Response:
        """The redirect back to the application, with its state."""
        if "state" in self.params:
            params["state"] = self.params["state"]
        joint = "&" if "?" in self.redirect_uri else "?"
        return redirect(f"{self.redirect_uri}{joint}{urlencode(params)}", 302)

    def suggested(self, world: World) -> str | None:
        """The address of the account the page begins with: the hinted one, else the first."""
        people = world.people.all()
        hinted = world.people.get(self.params.get("login_hint", ""))
        chosen = hinted or (people[0] if people else None)
        return chosen.email if chosen else None


_Asked = TypeVar("_Asked", bound=AuthorizationRequest)


def decide(
    request: Request,
    *,
    read: Callable[[MultiDict[str, str]], _Asked],
    page: Callable[[_Asked], Response],
    answer: Callable[[_Asked, MultiDict[str, str]], Response],
) -> Response:
    """GET shows the page, POST decides; a request that fails the checks gets a 400 page."""
    try:
        if request.method == "POST":
            return answer(read(request.form), request.form)
        return page(read(request.args))
    except Refused as refusal:
        return error_page(refusal.error, refusal.explanation)


def person_of(world: World, form: MultiDict[str, str]) -> Person:
    """The account that was chosen on the page; raises ``Refused``."""
    person = world.people.get(form.get("account", ""))
    if person is None:
        raise Refused("invalid_request", "No such account. Choose one of the list.")
    return person
