"""Google Health as a room of the sandbox."""

from sandbox.google_health.routes import handle

SEGMENT = "google"
__all__ = ["SEGMENT", "handle"]
