"""From the consent page and back, and everything that can go wrong on the way."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from integrations import registry
from integrations.models import Connection, OAuthAttempt
from tests.contract.household import day
from tests.contract.stand import Trouble
from tests.contract.test_leaving import can_be_told

pytestmark = pytest.mark.django_db(transaction=True)


def endpoints_of(stand):
    return registry.oauth_provider(stand.slug).endpoints(registry.config_of(stand.slug))


def asked_for(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def callback(owner, **query):
    return f"{owner.base_url}/oauth/{owner.slug}/callback?{urlencode(query)}"


def test_a_consent_makes_a_connection_that_brings_steps(owner):
    owner.stand.set_day(owner.email, day(1), 8421)
    owner.stand.set_day(owner.email, day(0), 300)
    assert owner.connect() == "connected"
    owner.worker.work_off()
    owner.stand.deliver(owner.email, (day(1), day(0)))
    owner.worker.work_off()
    assert owner.steps() == {day(1): 8421, day(0): 300}
    shown = owner.connection(owner.slug)
    assert (shown["status"], shown["reason"]) == ("active", None)
    assert shown["account_label"]
    assert shown["missing_permissions"] == []
    assert shown["last_data_at"] is not None


def test_the_consent_page_is_asked_as_the_folder_says(owner):
    endpoints = endpoints_of(owner.stand)
    url = owner.begin()
    asked = asked_for(url)
    assert url.startswith(endpoints.authorize_url)
    assert asked["redirect_uri"] == f"{owner.base_url}/oauth/{owner.slug}/callback"
    wanted = endpoints.scopes if endpoints.asks_scopes else ()
    assert asked.get("scope", "") == endpoints.scope_separator.join(wanted)
    assert len(asked["state"]) >= 40
    assert (asked.get("code_challenge_method") == "S256") is endpoints.pkce
    assert endpoints.authorize_params.items() <= asked.items()


def test_a_denial_makes_no_connection_and_can_be_thought_over(owner):
    assert owner.connect(deny=True) == "access_denied"
    assert owner.connections(owner.slug) == []
    assert owner.connect() == "connected"


def test_a_state_is_ours_and_works_once(owner):
    back = owner.stand.consent(owner.begin(), account=owner.email)
    carried = asked_for(back)
    assert owner.come_back(callback(owner, **carried | {"state": "made-up"})) == "invalid_state"
    assert owner.come_back(callback(owner, code=carried["code"])) == "invalid_state"
    assert owner.come_back(back) == "connected"
    assert owner.come_back(back) == "invalid_state"
    assert len(owner.connections(owner.slug)) == 1


def test_a_state_that_came_too_late_is_void(owner, time_machine):
    back = owner.stand.consent(owner.begin(), account=owner.email)
    OAuthAttempt.objects.update(expires_at=OAuthAttempt.objects.get().expires_at - timedelta(1))
    assert owner.come_back(back) == "invalid_state"
    assert owner.connections(owner.slug) == []


def test_a_code_is_bound_to_the_browser_that_asked(owner):
    """Where the provider has PKCE, a code that was stolen opens nothing without the verifier."""
    back = owner.stand.consent(owner.begin(), account=owner.email)
    attempt = OAuthAttempt.objects.get()
    attempt.code_verifier = "another-browser-has-another-verifier-0123456789"
    attempt.save()
    expected = "oauth_failed" if endpoints_of(owner.stand).pkce else "connected"
    assert owner.come_back(back) == expected


def test_a_code_that_was_never_given_opens_nothing(owner):
    carried = asked_for(owner.stand.consent(owner.begin(), account=owner.email))
    assert owner.come_back(callback(owner, **carried | {"code": "made-up"})) == "oauth_failed"
    assert owner.connections(owner.slug) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("server_error", "provider_unavailable"),
        ("temporarily_unavailable", "provider_unavailable"),
        ("invalid_scope", "app_misconfigured"),
        ("something_new", "oauth_failed"),
    ],
)
def test_an_error_of_the_consent_page_has_a_word(owner, error, code):
    state = asked_for(owner.begin())["state"]
    assert owner.come_back(callback(owner, state=state, error=error)) == code


def test_without_a_required_scope_there_is_no_connection(owner):
    """Providers whose consent page offers no choice always give all of it."""
    for scope in owner.stand.required_scopes:
        assert owner.connect(without=(scope,)) == "scope_missing"
        assert owner.connections(owner.slug) == []
        owner.worker.withdraw_grants()
        assert owner.stand.has_grant(owner.email) is not can_be_told(owner.stand)
    assert owner.connect() == "connected"


def test_without_an_optional_scope_it_works_and_says_what_is_missing(owner):
    owner.stand.set_day(owner.email, day(1), 8421)
    assert owner.connect(without=owner.stand.optional_scopes) == "connected"
    owner.worker.work_off()
    owner.stand.deliver(owner.email, (day(1),))
    owner.worker.work_off()
    permissions = endpoints_of(owner.stand).optional_permissions
    missing = {
        name
        for scope, name in permissions.items()
        if scope.endswith(owner.stand.optional_scopes or ("nothing",))
    }
    shown = owner.connection(owner.slug)
    assert (shown["status"], set(shown["missing_permissions"])) == ("active", missing)
    assert owner.steps() == {day(1): 8421}


def test_reconnecting_with_another_account_is_refused(owner):
    owner.connect()
    owner.stand.open_account("second@acme.example", timezone="Europe/Berlin")
    before = owner.connection(owner.slug)
    assert owner.reconnect(account="second@acme.example") == "wrong_account"
    after = owner.connection(owner.slug)
    assert (after["id"], after["account_label"]) == (before["id"], before["account_label"])
    assert after["status"] == "active"
    assert owner.reconnect() == "connected"
    assert owner.connection(owner.slug)["id"] == before["id"]


def test_an_account_belongs_to_one_person_at_a_time(owner, neighbour):
    owner.connect()
    assert neighbour.connect(account=owner.email) == "account_linked_elsewhere"
    assert neighbour.connections(owner.slug) == []
    assert owner.connection(owner.slug)["status"] == "active"
    owner.disconnect()
    assert neighbour.connect(account=owner.email) == "connected"


def test_a_grant_that_was_refused_for_somebody_else_cuts_nobody_off(owner, neighbour):
    owner.stand.set_day(owner.email, day(0), 300)
    owner.connect()
    neighbour.connect(account=owner.email)
    owner.worker.withdraw_grants()
    assert owner.stand.has_grant(owner.email)


def test_a_token_endpoint_that_is_down_leaves_nothing_behind(owner):
    back = owner.stand.consent(owner.begin(), account=owner.email)
    owner.stand.trouble(Trouble.TOKEN_DOWN)
    assert owner.come_back(back) == "provider_unavailable"
    assert not Connection.objects.exists()
    owner.stand.mend()
    assert owner.connect() == "connected"


def test_a_wrong_client_secret_is_the_operators_to_mend(owner):
    back = owner.stand.consent(owner.begin(), account=owner.email)
    owner.stand.trouble(Trouble.CLIENT_REFUSED)
    assert owner.come_back(back) == "app_misconfigured"
    owner.stand.mend()
    assert owner.connect() == "connected"
