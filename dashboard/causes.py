"""Why somebody's steps are not arriving, as HR staff read it. Pure.

Codes are those connections and runs carry, and those ``dashboard.health`` derives. Texts may name
``{provider}``.
"""

from dataclasses import dataclass
from enum import StrEnum


class Actor(StrEnum):
    """Who has to do something."""

    PERSON = "The person"
    OPERATOR = "Whoever runs Stepwell"
    PROVIDER = "The provider"
    NOBODY = "Nobody"


class Tone(StrEnum):
    """How loud a cause is shown; also the name of its style."""

    BROKEN = "broken"
    STALE = "stale"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause in words: what is the matter, the one thing to do, who does it."""

    code: str
    title: str
    remedy: str
    acts: Actor
    tone: Tone


def _person(title: str, remedy: str, tone: Tone = Tone.BROKEN) -> tuple[str, str, Actor, Tone]:
    return title, remedy, Actor.PERSON, tone


def _nobody(title: str, remedy: str) -> tuple[str, str, Actor, Tone]:
    return title, remedy, Actor.NOBODY, Tone.STALE


def _provider(title: str, remedy: str) -> tuple[str, str, Actor, Tone]:
    return title, remedy, Actor.PROVIDER, Tone.STALE


def _operator(title: str, remedy: str) -> tuple[str, str, Actor, Tone]:
    return title, remedy, Actor.OPERATOR, Tone.BROKEN


_TABLE: dict[str, tuple[str, str, Actor, Tone]] = {
    "no_connection": _person(
        "No tracker connected", "Open the app and connect a tracker or the phone.", Tone.INFO
    ),
    "disconnected_by_user": _person(
        "Disconnected by the person", "Open the app and connect {provider} again, if they wish to."
    ),
    "consent_revoked": _person(
        "Access was withdrawn at {provider}", "Open the app and reconnect {provider}."
    ),
    "scope_missing": _person(
        "Connected without permission to read steps",
        "Reconnect {provider} and leave the activity permission ticked.",
    ),
    "account_not_linked": _person(
        "The account has no {provider} profile",
        "Set up the {provider} app with this account once, then reconnect.",
    ),
    "account_profile_missing": _person(
        "The {provider} profile of the account is not finished",
        "Finish setting up the {provider} app with this account, then reconnect.",
    ),
    "legacy_account_differs": _person(
        "Another account than before the move of {provider}",
        "Reconnect with the account that was moved, or confirm the other one in the app.",
    ),
    "wrong_account_linked": _person(
        "Perhaps the wrong account", "Check that {provider} uses the account they connected."
    ),
    "account_linked_elsewhere": _person(
        "The account belongs to another participant", "Connect an account of their own."
    ),
    "access_denied_everywhere": _person(
        "{provider} refuses every request for this account",
        "Remove the app in the settings of the {provider} account, then reconnect.",
    ),
    "oauth_failed": _person("The sign-in at {provider} failed", "Try to connect {provider} again."),
    "reconsent_required_migration": _person(
        "{provider} has moved its accounts",
        "Move the account in the {provider} app, then reconnect.",
    ),
    "provider_subscription_lapsed": _person(
        "The membership at {provider} has ended",
        "Renew the membership at {provider}; the steps then come by themselves.",
    ),
    "provider_consent_incomplete": _person(
        "The {provider} account has agreements pending",
        "Sign in at {provider}, accept what is pending, then reconnect.",
    ),
    "provider_retired": _person(
        "{provider} has closed its service", "Connect another tracker; earlier steps are kept."
    ),
    "provider_disabled_by_admin": _operator(
        "{provider} is switched off here", "Switch the provider on, or offer another one."
    ),
    "app_misconfigured": _operator(
        "{provider} rejects our set-up",
        "Check this provider's settings; people need to do nothing.",
    ),
    "our_error_retrying": _operator(
        "An error of ours, being retried", "It is tried again; the log has the details."
    ),
    "provider_outage": _provider(
        "{provider} does not answer properly", "Wait; the steps are safe and are read later."
    ),
    "token_expired_temporary": _provider(
        "The sign-in service of {provider} is failing", "Wait; it is tried again."
    ),
    "provider_rate_limited_user": _nobody(
        "{provider} asked us to slow down", "Wait; it goes on by itself."
    ),
    "provider_rate_limited_app": _nobody(
        "{provider} asked us to slow down for everybody", "Wait; it goes on by itself."
    ),
    "provider_data_lag": _provider(
        "{provider} has not added up its latest data", "Wait a quarter of an hour."
    ),
    "sync_not_due_yet": _nobody("Waiting for the next check", "Wait, or tap Sync in the app."),
    "first_sync_pending": _nobody("Connected, first reading to come", "Wait a minute."),
    "late_data_refetch_pending": _nobody("Newer data is being read", "Wait a moment."),
    "relay_not_set_up": _person(
        "The phone has never sent anything",
        "Open the app on the phone and finish setting up {provider}.",
    ),
    "misconfigured_grouping": _person(
        "The phone app sends steps that cannot be counted",
        "Set the app's automation to group by hours, as its set-up page says.",
    ),
    "relay_silent": _person(
        "The phone has been silent for a day",
        "Open the app once, and allow it to refresh in the background.",
        Tone.STALE,
    ),
    "relay_background_blocked": _person(
        "The phone keeps the app from working in the background",
        "Turn on background refresh for the app and turn off the low power mode.",
        Tone.STALE,
    ),
    "health_read_maybe_denied": _person(
        "The phone reports, but sends no steps",
        "Allow the app to read steps in the settings of {provider}.",
        Tone.STALE,
    ),
    "device_clock_wrong": _person(
        "The phone's clock is wrong", "Set date and time of the phone to automatic.", Tone.STALE
    ),
    "device_not_synced": _person(
        "The tracker has not reached {provider} for a day",
        "Open the {provider} app near the tracker and let it sync.",
        Tone.STALE,
    ),
    "device_battery_low": _person(
        "The tracker's battery is low", "Charge the tracker, then sync it.", Tone.STALE
    ),
    "waiting_for_data": _nobody(
        "Nothing new for a day", "Wait for the next check; the connection itself works."
    ),
}


def explain(code: str, *, provider: str = "") -> Cause:
    """Return the words for ``code``; an unknown one is shown as it is, with a sane default.

    ``provider`` is the name to put into the texts.
    """
    title, remedy, acts, tone = _TABLE.get(code) or _unknown(code)
    name = provider or "the provider"
    return Cause(
        code=code,
        title=_capitalised(title.replace("{provider}", name)),
        remedy=remedy.replace("{provider}", name),
        acts=acts,
        tone=tone,
    )


def _unknown(code: str) -> tuple[str, str, Actor, Tone]:
    words = code.replace("_", " ").strip().capitalize() or "Something is wrong"
    return words, "Ask whoever runs Stepwell what this means.", Actor.OPERATOR, Tone.STALE


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
