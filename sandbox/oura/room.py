"""Oura as a room of the sandbox."""

from sandbox.oauth_stand_in.issuing import login_of
from sandbox.oura.dialect import DIALECT, ROOM, OuraKnobs
from sandbox.oura.notices import post, subscriptions
from sandbox.oura.routes import RECEPTION

SEGMENT = ROOM
TARGETS = RECEPTION.targets
LOGIN = login_of(DIALECT)
KNOBS = OuraKnobs
CONTROLS = {"post": post, "subscriptions": subscriptions}
handle = RECEPTION.handle
