"""What a person reads about each line of a sync request. Pure."""

from sync.models import SyncRequestLine

Outcome = SyncRequestLine.Outcome

_MESSAGES = {
    Outcome.QUEUED: "Asking {provider} now.",
    Outcome.JOINED: "A sync with {provider} is already on its way.",
    Outcome.COOLING_DOWN: "{provider} was asked just now. Try again in a moment.",
    Outcome.NEEDS_RECONNECT: "Your {provider} account needs to be reconnected.",
    Outcome.WAITING_FOR_PHONE: "Open the app on your phone so that it can send your steps.",
    Outcome.RETIRED: "{provider} has closed its service; connect another tracker.",
    Outcome.UP_TO_DATE: "Your phone has just sent its steps.",
}


def message(outcome: str, provider_name: str) -> str:
    """Return one sentence for the person."""
    return _MESSAGES[Outcome(outcome)].format(provider=provider_name)
