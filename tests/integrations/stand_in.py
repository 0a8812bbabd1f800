"""A small HTTP server on a real socket that answers as a test tells it to."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request the server got."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes

    @property
    def form(self):
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Answer:
    """What to send back; ``raw`` takes over the connection instead."""

    status: int = 200
    body: object = b""
    headers: dict = field(default_factory=dict)
    raw: Callable | None = None

    @property
    def payload(self):
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class StandIn:
    """Answers by path; a route is an ``Answer``, a list of them (one per call) or a function."""

    def __init__(self):
        self.routes = {}
        self.asked = []
        self.peers = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def calls(self, path):
        return [request for request in self.asked if request.path == path]

    def answer(self, request):
        route = self.routes.get(request.path, Answer(404, b"<html>", {"Content-Type": "text/html"}))
        if callable(route):
            return route(request)
        if isinstance(route, list):
            return route.pop(0) if len(route) > 1 else route[0]
        return route

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def _handler(stand_in):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = Asked(
                self.command,
                parts.path,
                {key: values[0] for key, values in parse_qs(parts.query).items()},
                dict(self.headers),
                self.rfile.read(length),
            )
            stand_in.asked.append(request)
            stand_in.peers.add(self.client_address)
            self._send(stand_in.answer(request))

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the library's spelling

        def _send(self, answer):
            if answer.raw:
                self.close_connection = True
                answer.raw(self.connection)
                return
            payload = answer.payload
            self.send_response(answer.status)
            for name, value in ({"Content-Length": str(len(payload))} | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *args):
            pass

    return Handler
