"""What is sent when the demo is started another day: what phones and watches have counted."""

from datetime import datetime

from demo import cast, phones, private_json, trackers
from demo.cast import Tracker, Trouble
from demo.crowd import everybody
from demo.phones import Phone
from demo.places import Places
from demo.sandbox_control import SandboxControl
from demo.visitor import Refused

DAYS = 7


def watches_send(places: Places, *, now: datetime) -> None:
    """Let Garmin, which nobody asks, tell of the last weeks."""
    sandbox = SandboxControl(places.sandbox_url)
    for persona in cast.company():
        if persona.tracker is Tracker.GARMIN:
            trackers.push_days(persona, sandbox=sandbox, base_url=places.base_url, now=now)


def phones_send(places: Places, *, now: datetime) -> None:
    """Let every phone that is not meant to be silent push its last week."""
    tokens = private_json.read(places.phones)
    awake = [
        Phone(persona=persona, token=tokens[persona.email])
        for persona in cast.company()
        if persona.email in tokens and persona.trouble is Trouble.NONE
    ]
    everybody(awake, lambda phone: _send(phone, places, now))


def _send(phone: Phone, places: Places, now: datetime) -> None:
    try:
        phones.send(phone, base_url=places.base_url, now=now, days=DAYS)
    except Refused:
        return  # somebody has disconnected this phone in the demo, and it stays so
