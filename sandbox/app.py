"""The WSGI application: finds the room a request is for."""

import pkgutil
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from wsgiref.types import StartResponse, WSGIEnvironment

import msgspec
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

import sandbox
from sandbox.index_page import index_page
from sandbox.settings import Settings
from sandbox.world import World

Room = Callable[[World, Request], Response]


def find_rooms() -> dict[str, Room]:
    """Every folder of the sandbox that has a ``room.py``, by the first path segment it answers."""
    found: dict[str, Room] = {}
    for folder in pkgutil.iter_modules(sandbox.__path__, "sandbox."):
        if folder.ispkg and find_spec(f"{folder.name}.room"):
            room = import_module(f"{folder.name}.room")
            found[room.SEGMENT] = room.handle
    return found


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
            return room(self.world, request)
        if request.path == "/healthz":
            return Response(msgspec.json.encode({"status": "ok"}), content_type="application/json")
        if request.path == "/":
            return index_page(request.host_url)
        return Response("Not found\n", status=404)
