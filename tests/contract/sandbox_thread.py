"""The sandbox on a socket of its own within the test process, so that both see the same clock."""

from threading import Thread

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.app import Sandbox
from sandbox.settings import from_env
from tests.contract.stand import CLIENT_ID, CLIENT_SECRET


class Silent(WSGIRequestHandler):
    """Keeps the test output clean."""

    protocol_version = "HTTP/1.1"

    def log(self, *args):
        pass


class SandboxThread:
    """The running sandbox and its control API."""

    def __init__(self, folder):
        environ = {
            "SANDBOX_DB": str(folder / "sandbox.sqlite3"),
            "SANDBOX_GOOGLE_CLIENT_ID": CLIENT_ID,
            "SANDBOX_GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
        }
        self._server = make_server(
            "127.0.0.1", 0, Sandbox(from_env(environ)), threaded=True, request_handler=Silent
        )
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._http = requests.Session()
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def control(self, method, path, **body):
        answer = self._http.request(method, f"{self.url}/control/{path}", json=body, timeout=20)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def close(self):
        self._http.close()
        self._server.shutdown()
        self._server.server_close()
