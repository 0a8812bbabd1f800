"""The operators' command and the daily check, against the sandbox's Google."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sync.webhooks import subscriptions
from sync.webhooks.tasks import check_subscriptions
from tests.sandbox.webhook_receiver import SECRET, Receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.stop()


@pytest.fixture
def google(sandbox, settings, tmp_path, monkeypatch, receiver):
    """A deployment with a service account whose webhooks end at the receiver."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    key = tmp_path / "key.json"
    key.write_text(json.dumps(sandbox.control("GET", "rooms/google/service-account")))
    settings.BASE_URL = receiver.url.removesuffix("/hook")
    settings.PROVIDERS["fitbit"] |= {
        "webhook_secret": f"{SECRET},Bearer old",
        "project_number": "1234567890",
        "service_account_file": str(key),
    }
    return sandbox


@pytest.fixture
def run(capsys):
    def go(*arguments):
        call_command("fitbit_subscriber", *arguments)
        return capsys.readouterr().out

    return go


def test_a_subscriber_is_made_listed_checked_and_removed(google, run):
    assert "made" in run("create")
    assert "brought up to date" in run("create")
    [line] = run("list").splitlines()
    assert line.startswith("stepwell-steps\tACTIVE\tsteps\thttp")
    assert "active" in run("check")
    assert check_subscriptions() == 0
    run("delete")
    with pytest.raises(CommandError, match="no subscriber sends to"):
        run("check")


def test_an_address_that_fails_the_handshake_is_told_plainly(google, run, receiver):
    receiver.greeting = 500
    with pytest.raises(CommandError, match="verification"):
        run("create")
    assert run("list") == ""


def test_the_daily_check_remembers_what_is_wrong_until_all_is_well(google, run, caplog):
    assert check_subscriptions() == 1
    assert "no subscriber" in subscriptions.trouble_of("fitbit")
    assert any(getattr(each, "action", "") == "subscription_missing" for each in caplog.records)
    run("create")
    google.control("PUT", "rooms/google/subscribers", {"state": "INACTIVE"})
    assert "INACTIVE" in subscriptions.check(now=timezone.now())["fitbit"]
    assert "INACTIVE" in subscriptions.trouble_of("fitbit")
    google.control("PUT", "rooms/google/subscribers", {"state": "ACTIVE"})
    assert check_subscriptions() == 0
    assert subscriptions.trouble_of("fitbit") == ""


def test_an_outage_of_google_is_no_crash_of_the_check(google):
    google.control("PUT", "faults", {"target": "subscribers", "kind": "503"})
    assert check_subscriptions() == 1
    assert "provider_outage" in subscriptions.trouble_of("fitbit")


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("project_number", "my-project", "number of the Google project, not its id"),
        ("project_number", "", "number of the Google project"),
        ("project_number", "9999999999", "answered 403"),
        ("service_account_file", "/nowhere.json", "key file cannot be read"),
        ("service_account_file", "", "key file cannot be read"),
        ("webhook_secret", "", "PROVIDER_FITBIT_WEBHOOK_SECRET"),
    ],
)
def test_a_wrong_setting_is_named(google, run, settings, setting, value, said):
    settings.PROVIDERS["fitbit"][setting] = value
    with pytest.raises(CommandError, match=said):
        run("create")


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        "[",
        '{"client_email": 3, "private_key": "x"}',
        '{"client_email": "a", "private_key": "no key"}',
    ],
)
def test_a_broken_key_file_is_told_without_its_content(google, run, settings, tmp_path, document):
    path = tmp_path / "broken.json"
    path.write_text(document)
    settings.PROVIDERS["fitbit"]["service_account_file"] = str(path)
    with pytest.raises(CommandError, match="service account's key"):
        run("list")


def test_without_a_service_account_there_is_nothing_to_ask(google, settings):
    settings.PROVIDERS["fitbit"]["service_account_file"] = ""
    assert check_subscriptions() == 0
