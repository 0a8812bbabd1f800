"""The application's own webhook subscriptions: kept by a task or a command, never in the way."""

import pytest
from django.core.management import CommandError, call_command

from integrations import subscriptions
from sync import tasks
from tests.factories import NOON
from tests.integrations.stand_in import Answer

SUBSCRIPTION = "/v2/webhook/subscription"


@pytest.fixture
def cloud(stand_in, settings):
    settings.BASE_URL = "https://steps.example.org"
    values = {"client_id": "app", "client_secret": "hush", "api_url": stand_in.url}
    settings.PROVIDERS = {"oura": values}
    stand_in.routes[SUBSCRIPTION] = lambda request: Answer(
        body=[] if request.method == "GET" else {}
    )
    return stand_in


@pytest.mark.django_db
def test_providers_that_are_offered_are_subscribed_to(cloud):
    assert subscriptions.keep_all(now=NOON) == {"oura": ""}
    made = [each.json["callback_url"] for each in cloud.asked if each.method == "POST"]
    assert made == ["https://steps.example.org/webhooks/oura"] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"client_id": ""}, {"status": "disabled"}])
def test_what_is_not_offered_is_left_alone(cloud, settings, change):
    settings.PROVIDERS = {"oura": settings.PROVIDERS["oura"] | change}
    assert subscriptions.keep_all(now=NOON) == {}
    assert cloud.asked == []


@pytest.mark.django_db
def test_a_failure_has_its_word_and_no_secret(cloud, caplog):
    cloud.routes[SUBSCRIPTION] = Answer(401)
    assert subscriptions.keep_all(now=NOON) == {"oura": "consent_revoked"}
    assert "hush" not in caplog.text


@pytest.mark.django_db
def test_the_command_says_how_it_went(cloud, capsys):
    call_command("subscribe_webhooks")
    assert capsys.readouterr().out == "oura: subscribed\n"
    cloud.routes[SUBSCRIPTION] = Answer(503)
    with pytest.raises(CommandError):
        call_command("subscribe_webhooks")


@pytest.mark.django_db
def test_the_daily_task_counts_failures(cloud):
    assert tasks.keep_subscriptions() == 0
    cloud.routes[SUBSCRIPTION] = Answer(503)
    assert tasks.keep_subscriptions() == 1
