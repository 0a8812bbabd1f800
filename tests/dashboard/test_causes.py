import pytest

from dashboard.causes import Actor, explain

KNOWN = [
    "sync_not_due_yet",
    "our_error_retrying",
    "late_data_refetch_pending",
    "no_connection",
    "disconnected_by_user",
    "consent_revoked",
    "token_expired_temporary",
    "scope_missing",
    "wrong_account_linked",
    "account_linked_elsewhere",
    "account_not_linked",
    "access_denied_everywhere",
    "reconsent_required_migration",
    "provider_retired",
    "provider_disabled_by_admin",
    "app_misconfigured",
    "provider_outage",
    "provider_rate_limited_user",
    "provider_rate_limited_app",
    "provider_data_lag",
    "misconfigured_grouping",
    "relay_silent",
    "relay_background_blocked",
    "health_read_maybe_denied",
    "device_clock_wrong",
    "device_not_synced",
    "device_battery_low",
    "provider_subscription_lapsed",
    "provider_consent_incomplete",
]


@pytest.mark.parametrize("code", KNOWN)
def test_every_known_cause_has_words_and_a_remedy(code):
    cause = explain(code, provider="Fitbit")
    assert cause.title != explain("something_else").title
    assert "{" not in cause.title + cause.remedy
    assert cause.remedy.endswith(".")


def test_the_provider_is_named():
    assert explain("consent_revoked", provider="Fitbit").remedy == (
        "Open the app and reconnect Fitbit."
    )
    assert explain("provider_outage").title == "The provider does not answer properly"


@pytest.mark.parametrize("code", ["brand_new_code", ""])
def test_an_unknown_code_is_shown_and_given_to_the_operator(code):
    cause = explain(code, provider="Fitbit")
    assert cause.title
    assert cause.acts is Actor.OPERATOR


def test_nobody_is_asked_to_reconnect_for_what_is_not_theirs():
    for code in KNOWN:
        cause = explain(code, provider="Fitbit")
        if cause.acts is not Actor.PERSON:
            assert "econnect" not in cause.remedy
