"""Discovery of provider folders and the operator's settings of each."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from integrations import registry
from integrations.contract import ProviderStatus


@pytest.fixture
def fitbit(settings):
    settings.PROVIDERS = {"fitbit": {"client_id": "c", "client_secret": "s", "api_url": "http://x"}}
    return settings.PROVIDERS["fitbit"]


def test_the_folders_are_found_in_order():
    slugs = [provider.slug for provider in registry.all_providers()]
    assert {"fitbit", "healthkit"} <= set(slugs)
    assert slugs == sorted(slugs)


def test_an_unknown_slug_is_said_to_be():
    with pytest.raises(registry.UnknownProvider):
        registry.get("pedometer")


def test_settings_reach_the_provider(fitbit):
    config = registry.config_of("fitbit")
    assert (config.client_id, config.client_secret) == ("c", "s")
    provider = registry.oauth_provider("fitbit")
    assert provider.api_url(config) == "http://x"
    assert provider.endpoints(config).token_url == "https://oauth2.googleapis.com/token"


def test_a_dash_in_a_slug_is_dropped_in_the_settings_name(settings):
    settings.PROVIDERS = {"healthconnect": {"status": "disabled"}}
    assert registry.config_of("health-connect").values == {"status": "disabled"}


def test_a_cloud_without_a_client_is_disabled(settings):
    settings.PROVIDERS = {}
    assert registry.status_of("fitbit") == ProviderStatus.DISABLED
    assert registry.status_of("healthkit") == ProviderStatus.AVAILABLE


@pytest.mark.parametrize("status", list(ProviderStatus))
def test_the_operator_decides_the_status(fitbit, status):
    fitbit["status"] = status.value
    assert registry.status_of("fitbit") == status


def test_a_retired_cloud_stays_retired_without_a_client(settings):
    settings.PROVIDERS = {"fitbit": {"status": "retired"}}
    assert registry.status_of("fitbit") == ProviderStatus.RETIRED


def test_a_status_that_is_none_fails_loudly(fitbit):
    fitbit["status"] = "maybe"
    with pytest.raises(ImproperlyConfigured, match="maybe"):
        registry.status_of("fitbit")


@pytest.mark.parametrize(("path", "status"), [("", "disabled"), ("long-and-random", "available")])
def test_a_cloud_is_offered_only_with_every_setting_it_needs(settings, path, status):
    settings.PROVIDERS = {"garmin": {"client_id": "c", "webhook_path": path}}
    assert registry.status_of("garmin") == status
