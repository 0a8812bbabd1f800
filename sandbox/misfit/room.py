"""Misfit as a room of the sandbox."""

from sandbox.misfit import notices
from sandbox.misfit.dialect import DIALECT
from sandbox.misfit.knobs import MisfitKnobs
from sandbox.misfit.routes import RECEPTION
from sandbox.oauth_stand_in.issuing import login_of

SEGMENT = DIALECT.room
TARGETS = RECEPTION.targets
KNOBS = MisfitKnobs
LOGIN = login_of(DIALECT)
CONTROLS = {
    "hook": notices.hook,
    "notify": notices.notify,
    "confirm": notices.confirm,
    "confirmations": notices.confirmed_tokens,
}
handle = RECEPTION.handle
