"""A real sandbox process on a free port, a scripted browser, and shortcuts to drive both."""

import base64
import hashlib
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox_process import CLIENT, SandboxProcess

SCOPE = "https://www.googleapis.com/auth/googlehealth"
ACTIVITY = f"{SCOPE}.activity_and_fitness.readonly"
SETTINGS = f"{SCOPE}.settings.readonly"
CALLBACK = "http://127.0.0.1:9/callback"
VERIFIER = "a-verifier-of-forty-three-characters-or-more-000"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")


class Form(HTMLParser):
    """What a browser would send from the first form of a page, untouched by a human."""

    def __init__(self, html):
        super().__init__()
        self.fields = []
        self.buttons = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "button":
            self.buttons.append(given["value"])
        if tag == "input" and (
            given.get("type") not in ("radio", "checkbox") or "checked" in given
        ):
            self.fields.append((given["name"], given["value"]))


class Stand(SandboxProcess):
    """The sandbox process and its two faces: the control API and Google."""

    def truth(self, email="ada@example.com", first="", last="", family="all-sources"):
        query = f"from={first}&to={last}&family={family}"
        return self.control("GET", f"people/{email}/truth?{query}")["days"]

    def knobs(self, **values):
        return self.control("PUT", "knobs", values)

    def ask(self, **changes):
        """The consent page's answer to an authorization request."""
        params = {
            "client_id": CLIENT[0],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": f"{ACTIVITY} {SETTINGS}",
            "state": "s t&te",
            "access_type": "offline",
            "prompt": "consent",
            **changes,
        }
        sent = {name: value for name, value in params.items() if value is not None}
        return self.http.get(f"{self.google}/o/oauth2/v2/auth", params=sent, timeout=20)

    def submit(self, page, decision=None, change=lambda fields: fields):
        """Send the page's form; returns what the redirect carries."""
        fields = change(Form(page.text).fields)
        if decision:
            fields = [*fields, ("decision", decision)]
        answer = self.http.post(page.url, data=fields, allow_redirects=False, timeout=20)
        assert answer.status_code == 302, answer.text
        target = urlsplit(answer.headers["Location"])
        assert f"{target.scheme}://{target.netloc}{target.path}" == CALLBACK
        return {name: values[0] for name, values in parse_qs(target.query).items()}

    def exchange(self, code, **changes):
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
            "redirect_uri": CALLBACK,
            "code": code,
            **changes,
        }
        return self.http.post(f"{self.google}/token", data=form, timeout=20)

    def refresh(self, token, **changes):
        form = {
            "grant_type": "refresh_token",
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
            "refresh_token": token,
            **changes,
        }
        return self.http.post(f"{self.google}/token", data=form, timeout=20)

    def consent(self, email="ada@example.com", **body):
        return self.control("POST", f"people/{email}/consent", body)

    def get(self, token, path, **params):
        return self._call("GET", token, path, params=params)

    def post(self, token, path, body):
        return self._call("POST", token, path, json=body)

    def _call(self, method, token, path, **rest):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.request(
            method, f"{self.google}/v4/users/me/{path}", headers=headers, timeout=20, **rest
        )

    def daily(self, token, first, last, **body):
        """dailyRollUp of [first, last) given as ISO dates."""
        asked = {"range": {"start": civil(first), "end": civil(last)}, **body}
        return self.post(token, "dataTypes/steps/dataPoints:dailyRollUp", asked)

    def daily_days(self, token, first, last, **body):
        """The same as {iso date: total}, newest first as answered."""
        answer = self.daily(token, first, last, **body)
        assert answer.status_code == 200, answer.text
        return {
            "{year}-{month:02}-{day:02}".format(**point["civilStartTime"]["date"]): int(
                point["steps"].get("countSum", "0")
            )
            for point in answer.json().get("rollupDataPoints", [])
        }

    def hourly(self, token, first, last, **body):
        asked = {"range": {"startTime": first, "endTime": last}, "windowSize": "3600s", **body}
        return self.post(token, "dataTypes/steps/dataPoints:rollUp", asked)


def civil(text):
    day, _, clock = text.partition("T")
    year, month, date = map(int, day.split("-"))
    moment = {"date": {"year": year, "month": month, "day": date}}
    if clock:
        names = ("hours", "minutes", "seconds")
        moment["time"] = dict(zip(names, map(int, clock.split(":")), strict=False))
    return moment


@pytest.fixture(scope="session")
def running_stand(tmp_path_factory):
    stand = Stand(tmp_path_factory.mktemp("sandbox")).start()
    yield stand
    stand.close()


@pytest.fixture
def stand(running_stand):
    """An empty sandbox whose clock stands at noon in New York, 20 November 2026."""
    running_stand.control("POST", "reset")
    running_stand.knobs(frozen_now="2026-11-20T17:00:00Z")
    return running_stand


@pytest.fixture
def ada(stand):
    """Ada of New York, without steps."""
    return stand.person()


@pytest.fixture
def token(stand, ada):
    """An access token for everything Ada has."""
    return stand.consent(ada["email"])["access_token"]
