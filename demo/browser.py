"""A scripted browser: reads a consent page as a person would see it and presses a button."""

from collections.abc import Collection
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

TIMEOUT_SECONDS = 30
ANSWERS_THAT_REDIRECT = {301, 302, 303, 307, 308}


class PageBroken(Exception):
    """The pages did not lead where they should; the message names the place and the status."""


class ConsentForm(HTMLParser):
    """The first form of a page: hidden fields, the accounts to choose from, the ticked scopes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hidden: list[tuple[str, str]] = []
        self.accounts: list[str] = []
        self.preselected = ""
        self.scopes: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the inputs."""
        given = {name: value or "" for name, value in attrs}
        kind, value = given.get("type"), given.get("value", "")
        if tag != "input":
            return
        if kind == "hidden":
            self.hidden.append((given["name"], value))
        elif kind == "radio":
            self.accounts.append(value)
            self.preselected = value if "checked" in given else self.preselected
        elif kind == "checkbox" and "checked" in given:
            self.scopes.append(value)


def consent(
    authorization_url: str,
    *,
    account: str,
    deny: bool = False,
    untick: Collection[str] = (),
) -> str:
    """Walk through the consent page and back; return the address the browser lands on.

    The landing page itself is not opened. Raises ``PageBroken`` as ``press`` does.
    """
    with requests.Session() as session:
        callback = press(session, authorization_url, account=account, deny=deny, untick=untick)
        return _follow(session, callback)


def press(
    session: requests.Session,
    authorization_url: str,
    *,
    account: str | None = None,
    deny: bool = False,
    untick: Collection[str] = (),
) -> str:
    """Press a button of the consent page; return the callback the browser is sent to, unopened.

    Without ``account`` the preselected one stays. ``untick`` holds the ends of scopes that are not
    granted. Raises ``PageBroken`` when a page is missing, or does not offer the account.
    """
    page = session.get(authorization_url, timeout=TIMEOUT_SECONDS)
    form = ConsentForm(page.text)
    chosen = account or form.preselected
    if chosen not in form.accounts:
        raise PageBroken(f"{authorization_url}: {page.status_code}, no account {chosen}")
    fields = [
        *form.hidden,
        ("account", chosen),
        *(("granted", scope) for scope in form.scopes if not scope.endswith(tuple(untick))),
        ("decision", "deny" if deny else "allow"),
    ]
    sent = session.post(page.url, data=fields, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    return _target(sent)


def _follow(session: requests.Session, callback: str) -> str:
    """Open our own callback; it sends the browser on to where the app wants it."""
    answer = session.get(callback, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    return _target(answer)


def _target(answer: requests.Response) -> str:
    if answer.status_code not in ANSWERS_THAT_REDIRECT:
        raise PageBroken(f"{answer.url}: {answer.status_code} instead of a redirect")
    return urljoin(answer.url, answer.headers["Location"])


def outcome(landing: str) -> str:
    """Return ``connected`` or the error code the landing address carries; empty when neither."""
    query = parse_qs(urlsplit(landing).query)
    return (query.get("result") or query.get("error") or [""])[0]
