"""A small web server that takes Google's webhooks and remembers them."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "Bearer 3f1c-receiver"


class Receiver:
    """Answers the handshake by the book and every message with ``status``."""

    def __init__(self):
        self.calls, self.status = [], 204
        self.greeting, self.uninvited = 201, 401
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(body, dict(self.headers))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body, headers):
        if json.loads(body) == {"type": "verification"}:
            return self.greeting if headers.get("Authorization") == SECRET else self.uninvited
        self.calls.append((body, headers))
        return self.status

    def messages(self):
        """Every notification so far, in the order of arrival."""
        found = []
        for body, _ in self.calls:
            said = json.loads(body)
            found += [each["data"] for each in (said if isinstance(said, list) else [said])]
        return found

    def wait_for(self, number, seconds=10):
        deadline = time.monotonic() + seconds
        while len(self.messages()) < number:
            assert time.monotonic() < deadline, f"{self.messages()} instead of {number}"
            time.sleep(0.05)
        return self.messages()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
