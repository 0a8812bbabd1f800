"""The WSGI application: finds the room a request is for."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import msgspec
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sandbox.index_page import index_page
from sandbox.rooms import find_rooms
from sandbox.settings import Settings
from sandbox.world import World


class SandboxRequest(Request):
    """A request with a ceiling on its body."""

    max_content_length = 32 * 1024 * 1024
    max_form_memory_size = 1024 * 1024


class Sandbox:
    """Every stand-in provider under its own first path segment, and the control API."""

    def __init__(self, settings: Settings) -> None:
        self.world = World(settings)
        self.rooms = find_rooms()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = SandboxRequest(environ)
        try:
            response = self._answer(request)
        except HTTPException as error:
            response = Response(f"{error.name}\n", status=error.code)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        room = self.rooms.get(request.path.split("/")[1])
        if room is not None:
            return room.handle(self.world, request)
        if request.path == "/healthz":
            return Response(msgspec.json.encode({"status": "ok"}), content_type="application/json")
        if request.path == "/":
            return index_page(request.host_url)
        return Response("Not found\n", status=404)
