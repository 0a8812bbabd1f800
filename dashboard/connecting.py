"""What a browser shows after a tracker was, or was not, connected. Pure.

Codes are those of ``integrations.linking.ConnectRefused``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong and the one thing to do."""

    title: str
    remedy: str


_ASK_STAFF = "Please tell the people who run the challenge; you have done nothing wrong."
_PROBLEMS = {
    "invalid_state": Problem(
        "This link has expired", "Go back to the app and start connecting again."
    ),
    "access_denied": Problem(
        "Access was not allowed",
        "Nothing was connected. If that was by mistake, connect again from the app and agree.",
    ),
    "scope_missing": Problem(
        "The permission to read steps is missing",
        "Connect again from the app and leave the activity permission ticked.",
    ),
    "wrong_account": Problem(
        "This is another account than before",
        "Connect again and sign in with the account you used at first. To move to this one on"
        " purpose, disconnect in the app and then connect anew.",
    ),
    "account_linked_elsewhere": Problem(
        "This account belongs to another participant",
        "Sign in with an account of your own, or disconnect it over there first.",
    ),
    "account_not_linked": Problem(
        "This account has no tracker profile yet",
        "Open your tracker's own app with this account once, then connect again.",
    ),
    "account_profile_missing": Problem(
        "The profile of this account is not finished",
        "Finish setting up your tracker's own app with this account, then connect again.",
    ),
    "legacy_account_differs": Problem(
        "This is not the account you had before the move",
        "Connect again with the account that was moved, or confirm in the app that you want this"
        " one.",
    ),
    "reconsent_required_migration": Problem(
        "Your tracker account has to be moved first",
        "Follow the move in your tracker's own app, then connect again.",
    ),
    "provider_subscription_lapsed": Problem(
        "The membership of this account has ended",
        "Renew it with the maker of your tracker, then connect again from the app.",
    ),
    "provider_consent_incomplete": Problem(
        "This account has agreements pending",
        "Sign in with the maker of your tracker, accept what is pending, then connect again.",
    ),
    "provider_unavailable": Problem(
        "The provider does not answer", "Wait a few minutes, then connect again from the app."
    ),
    "app_misconfigured": Problem("Connecting is not set up correctly", _ASK_STAFF),
    "provider_retired": Problem(
        "This provider has closed its service", "Choose another tracker in the app."
    ),
    "provider_disabled_by_admin": Problem(
        "This provider is not offered here", "Choose another tracker in the app."
    ),
}
_OTHERWISE = Problem("Connecting did not work", "Go back to the app and try once more.")


def problem_of(code: str) -> Problem | None:
    """Return the words for a refusal; an empty code is no problem."""
    return _PROBLEMS.get(code, _OTHERWISE) if code else None
