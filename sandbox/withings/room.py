"""Withings as a room of the sandbox."""

from sandbox.oauth_stand_in.issuing import login_of
from sandbox.withings import notices
from sandbox.withings.dialect import DIALECT
from sandbox.withings.knobs import WithingsKnobs
from sandbox.withings.routes import RECEPTION

SEGMENT = DIALECT.room
TARGETS = RECEPTION.targets
KNOBS = WithingsKnobs
LOGIN = login_of(DIALECT)
CONTROLS = {"notify": notices.notify, "subscriptions": notices.subscribed}
handle = RECEPTION.handle
