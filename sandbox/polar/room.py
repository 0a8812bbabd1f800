"""Polar as a room of the sandbox."""

from sandbox.oauth_stand_in.issuing import login_of
from sandbox.polar.dialect import DIALECT, ROOM, PolarKnobs
from sandbox.polar.notices import post
from sandbox.polar.routes import RECEPTION

SEGMENT = ROOM
TARGETS = RECEPTION.targets
LOGIN = login_of(DIALECT)
KNOBS = PolarKnobs
CONTROLS = {"post": post}
handle = RECEPTION.handle
