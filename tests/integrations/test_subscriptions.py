"""The application's own webhook subscriptions: kept by a task or a command, never in the way."""

import pytest
from django.core.management import CommandError, call_command

from integrations import subscriptions
from sync.watch import complaints
from sync.webhooks.tasks import check_subscriptions
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
    assert subscriptions.look_after_all(now=NOON) == {"oura": ""}
    made = [each.json["callback_url"] for each in cloud.asked if each.method == "POST"]
    assert made == ["https://steps.example.org/webhooks/oura"] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"client_id": ""}, {"status": "disabled"}])
def test_what_is_not_offered_is_left_alone(cloud, settings, change):
    settings.PROVIDERS = {"oura": settings.PROVIDERS["oura"] | change}
    assert subscriptions.look_after_all(now=NOON) == {}
    assert cloud.asked == []


@pytest.mark.django_db
def test_a_failure_has_its_word_and_no_secret(cloud):
    cloud.routes[SUBSCRIPTION] = Answer(401)
    trouble = subscriptions.look_after_all(now=NOON)["oura"]
    assert trouble.startswith("consent_revoked: ")
    assert "hush" not in trouble


@pytest.mark.django_db
def test_the_command_says_how_it_went(cloud, capsys):
    call_command("subscribe_webhooks")
    assert capsys.readouterr().out == "oura: nothing is wrong\n"
    cloud.routes[SUBSCRIPTION] = Answer(503)
    with pytest.raises(CommandError):
        call_command("subscribe_webhooks")


@pytest.mark.django_db
def test_the_daily_task_counts_failures_and_leaves_the_alarm_to_the_watch(cloud, caplog):
    assert check_subscriptions() == 0
    cloud.routes[SUBSCRIPTION] = Answer(503)
    assert check_subscriptions() == 1
    assert keys() == {"subscription:oura"}
    assert "operator_alarm" not in {getattr(each, "action", "") for each in caplog.records}


@pytest.mark.django_db
@pytest.mark.parametrize("mended", [{}, {"status": "disabled"}])
def test_the_alarm_ends_with_the_next_look(cloud, settings, mended):
    cloud.routes[SUBSCRIPTION] = Answer(503)
    check_subscriptions()
    cloud.routes[SUBSCRIPTION] = Answer(body=[])
    settings.PROVIDERS = {"oura": settings.PROVIDERS["oura"] | mended}
    call_command("subscribe_webhooks")
    assert keys() == set()


def keys():
    return {each.key for each in complaints.all_of_them(now=NOON)}
