"""The control API as a room of the sandbox."""

from sandbox.control.routes import handle

SEGMENT = "control"
__all__ = ["SEGMENT", "handle"]
