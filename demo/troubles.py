"""What goes wrong for some people after they have connected, and how Stepwell gets to know."""

from datetime import datetime, timedelta

from demo import cast, trackers
from demo.cast import Persona, Trouble
from demo.phones import SILENT_FOR
from demo.sandbox_control import SandboxControl
from demo.visitor import sign_in
from integrations.models import Connection, Installation
from steps.models import Freshness

AFTER_CONNECTING = {
    Trouble.CONSENT_REVOKED,
    Trouble.ACCOUNT_UNLINKED,
    Trouble.DENIED_EVERYWHERE,
    Trouble.DISCONNECTED,
}
JOINED_BEFORE = timedelta(days=20)


def befall(persona: Persona, *, base_url: str, sandbox: SandboxControl) -> None:
    """Let the trouble happen outside, then tap "Sync steps" so that Stepwell meets it at once."""
    person = sign_in(base_url=base_url, email=persona.email, password=cast.PASSWORD)
    if persona.trouble is Trouble.DISCONNECTED:
        trackers.disconnect(person)
        return
    if persona.trouble is Trouble.CONSENT_REVOKED:
        sandbox.revoke(persona.email)
    elif persona.trouble is Trouble.ACCOUNT_UNLINKED:
        sandbox.change(persona.email, account_state="not_linked")
    elif persona.trouble is Trouble.DENIED_EVERYWHERE:
        sandbox.change(persona.email, account_state="all_403")
    person.post("sync-requests")


def silence_phone(persona: Persona, *, now: datetime) -> None:
    """Make it look as if the phone had last been heard days ago.

    The one thing in the demo that is written past the front door: Stepwell believes its own clock
    about when an upload came, so silence cannot be uploaded.
    """
    heard, joined = now - SILENT_FOR, now - JOINED_BEFORE
    phone = Connection.objects.filter(person__email=persona.email, provider=persona.tracker)
    phone.update(connected_at=joined, last_synced_at=heard, last_data_at=heard)
    Installation.objects.filter(connection__in=phone).update(
        created_at=joined, last_seen_at=heard, clock_skew_seconds=0
    )
    Freshness.objects.filter(person__email=persona.email).update(confirmed_at=heard)
