"""The sandbox as a real process, a scripted browser for its consent page, and its control API."""

import os
import re
import socket
import subprocess
import sys
import time
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

CLIENT = ("sandbox-client", "sandbox-secret")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sandbox:
    """Starts gunicorn with the sandbox on a free port; ``control`` speaks its control API."""

    def __init__(self, folder):
        self.database = folder / "sandbox.sqlite"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        environment = os.environ | {
            "SANDBOX_DB": str(self.database),
            "SANDBOX_GOOGLE_CLIENT_ID": CLIENT[0],
            "SANDBOX_GOOGLE_CLIENT_SECRET": CLIENT[1],
        }
        options = (
            "--worker-class gthread --workers 1 --threads 16 --no-control-socket "
            f"--log-level error --bind 127.0.0.1:{self.port}"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "sandbox.wsgi", *options.split()],
            env=environment,
        )
        self._wait()
        return self

    def _wait(self):
        for _ in range(200):
            try:
                if requests.get(f"{self.url}/healthz", timeout=1).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError("the sandbox did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)

    def control(self, method, path, body=None):
        answer = requests.request(method, f"{self.url}/control{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def person(self, email, **more):
        return self.control("POST", "/people", {"email": email, "name": email, **more})

    def walk(self, email, day, total):
        return self.control(
            "POST", f"/people/{email}/steps", {"date": day.isoformat(), "total": total}
        )

    def provider_settings(self):
        google = f"{self.url}/google"
        return {
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
            "api_url": google,
            "authorize_url": f"{google}/o/oauth2/v2/auth",
            "token_url": f"{google}/token",
            "revoke_url": f"{google}/revoke",
        }


class _Form(HTMLParser):
    """Collects the first form's fields as a browser would send them."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields = "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form":
            self.action = values.get("action") or ""
        if tag == "input" and values.get("name"):
            box = values.get("type") in {"checkbox", "radio"}
            if not box or "checked" in values:
                self.fields.append((values["name"], values.get("value", "")))


def consent(authorization_url, *, decision="allow", account=None, untick=()):
    """Walk the consent page like a person; returns the address the browser is sent to."""
    browser = requests.Session()
    page = browser.get(authorization_url, timeout=10)
    assert page.ok, page.text
    form = _Form(page.text)
    names = {name for name, _ in form.fields}
    radio = re.search(r'type="radio"[^>]*name="(\w+)"|name="(\w+)"[^>]*type="radio"', page.text)
    account_field = next((g for g in radio.groups() if g), None) if radio else None
    fields = [
        (name, account if account and name == account_field else value)
        for name, value in form.fields
        if name != "granted" or not any(word in value for word in untick)
    ]
    if account and account_field not in names:
        fields.append((account_field, account))
    fields.append(("decision", decision))
    answer = browser.post(
        urljoin(page.url, form.action), data=fields, allow_redirects=False, timeout=10
    )
    assert answer.status_code in {302, 303}, answer.text
    return answer.headers["Location"]


def path_of(address):
    """The path and query of an address, for the test client."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"
