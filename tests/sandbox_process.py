"""The sandbox as a real process with its control API."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

import requests

from devstack.places import ROOT
from devstack.ports import free_port

CLIENT = ("sandbox-client", "sandbox-secret")


class SandboxProcess:
    """gunicorn with the sandbox on a free port; ``control`` speaks its control API."""

    def __init__(self, folder):
        self.db = folder / "deep" / "sandbox.sqlite3"
        self.errors = folder / "gunicorn.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.google = f"{self.url}/google"
        self.http = requests.Session()
        self.process = None

    def start(self):
        command = [sys.executable, "-m", "gunicorn", "sandbox.wsgi", "--worker-class", "gthread"]
        command += ["--workers", "1", "--threads", "32", "--no-control-socket"]
        command += ["--bind", f"127.0.0.1:{self.port}"]
        client = {"SANDBOX_GOOGLE_CLIENT_ID": CLIENT[0], "SANDBOX_GOOGLE_CLIENT_SECRET": CLIENT[1]}
        with self.errors.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | client | {"SANDBOX_DB": str(self.db)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_up()
        return self

    def _wait_until_up(self):
        for _ in range(200):
            try:
                if self.http.get(f"{self.url}/healthz", timeout=5).json() == {"status": "ok"}:
                    return
            except requests.RequestException:  # not up yet, or up and still importing
                time.sleep(0.05)
        raise AssertionError(self.errors.read_text())

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self):
        self.http.close()
        self.kill()

    def control(self, method, path, json=None, expect=(200, 201, 204)):
        answer = self.http.request(method, f"{self.url}/control/{path}", json=json, timeout=20)
        assert answer.status_code in expect, answer.text
        return answer.json() if answer.content else None

    def person(self, email="ada@example.com", **fields):
        return self.control("POST", "people", {"email": email, **fields})

    def steps(self, email="ada@example.com", **body):
        return self.control("POST", f"people/{email}/steps", body)["days"]

    def walk(self, email, day, total):
        return self.steps(email, date=day.isoformat(), total=total)

    def fault(self, **values):
        return self.control("PUT", "faults", values)

    def provider_settings(self):
        """What a deployment is told that works with this stand-in."""
        return {
            "client_id": CLIENT[0],
            "client_secret": CLIENT[1],
            "api_url": self.google,
            "authorize_url": f"{self.google}/o/oauth2/v2/auth",
            "token_url": f"{self.google}/token",
            "revoke_url": f"{self.google}/revoke",
        }


def path_of(address):
    """The path and query of an address, for the test client."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"
