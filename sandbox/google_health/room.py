"""Google Health as a room of the sandbox."""

from sandbox.google_health.oauth import issue
from sandbox.google_health.routes import RECEPTION
from sandbox.google_health.scopes import ACTIVITY, SETTINGS, WORDING
from sandbox.google_health.webhook_controls import CONTROLS
from sandbox.rooms import Login

__all__ = ["CONTROLS", "LOGIN", "SEGMENT", "TARGETS", "handle"]

SEGMENT = "google"
TARGETS = RECEPTION.targets
LOGIN = Login(known=frozenset(WORDING), usual=frozenset({ACTIVITY, SETTINGS}), issue=issue)
handle = RECEPTION.handle
