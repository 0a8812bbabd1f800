"""The sandbox as a real process with its control API."""

import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

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
            except requests.RequestException:  # not up yet, or up and still importing
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


def path_of(address):
    """The path and query of an address, for the test client."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"
