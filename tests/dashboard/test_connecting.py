import pytest

from dashboard.connecting import problem_of

CODES = [
    "invalid_state",
    "access_denied",
    "scope_missing",
    "wrong_account",
    "account_linked_elsewhere",
    "account_not_linked",
    "reconsent_required_migration",
    "oauth_failed",
    "provider_unavailable",
    "app_misconfigured",
    "provider_retired",
    "provider_disabled_by_admin",
    "provider_subscription_lapsed",
    "provider_consent_incomplete",
    "never_heard_of",
]


@pytest.mark.parametrize("code", CODES)
def test_a_refused_connection_says_what_to_do(client, code):
    answer = client.get("/oauth/done", {"error": code})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert problem_of(code).title in page
    assert problem_of(code).remedy in page.replace("&#x27;", "'")


def test_a_made_connection_leads_back_to_the_app(client):
    answer = client.get("/oauth/done", {"result": "connected"})
    assert answer.status_code == 200
    assert "Your tracker is connected" in answer.content.decode()


def test_a_code_from_the_address_is_not_taken_for_markup(client):
    page = client.get("/oauth/done", {"error": "<script>x</script>"}).content.decode()
    assert "<script>x" not in page
