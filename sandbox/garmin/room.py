"""Garmin as a room of the sandbox."""

from sandbox.garmin.dialect import DIALECT, ROOM, GarminKnobs
from sandbox.garmin.notices import backfills, post
from sandbox.garmin.routes import RECEPTION
from sandbox.oauth_stand_in.issuing import login_of

SEGMENT = ROOM
TARGETS = RECEPTION.targets
LOGIN = login_of(DIALECT)
KNOBS = GarminKnobs
CONTROLS = {"post": post, "backfills": backfills}
handle = RECEPTION.handle
