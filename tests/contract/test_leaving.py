"""Disconnecting works whatever state the cloud is in, and coming back brings everything back."""

from datetime import timedelta

import pytest

from integrations import registry
from integrations.abilities import Leaves
from integrations.models import Credential
from tests.contract.household import day

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def settled(owner):
    owner.stand.set_day(owner.email, day(1), 8421)
    assert owner.connect() == "connected"
    owner.worker.work_off()
    owner.stand.deliver(owner.email, (day(1),))
    owner.worker.work_off()
    assert owner.steps() == {day(1): 8421}
    return owner


def can_be_told(stand):
    """Whether the provider has a way to hear that we leave."""
    provider = registry.oauth_provider(stand.slug)
    endpoints = provider.endpoints(registry.config_of(stand.slug))
    return bool(endpoints.revoke_url) or isinstance(provider, Leaves)


def test_disconnecting_ends_the_grant_and_keeps_the_days(settled, stand):
    assert settled.disconnect()["status"] == "disconnected"
    assert not Credential.objects.exists()
    settled.worker.work_off()
    settled.worker.withdraw_grants()
    assert stand.has_grant(settled.email) is not can_be_told(stand)
    assert settled.steps() == {day(1): 8421}


def test_disconnecting_works_while_the_provider_is_down(settled, stand):
    stand.close()
    shown = settled.disconnect()
    assert (shown["status"], shown["reason"]) == ("disconnected", "disconnected_by_user")
    assert not Credential.objects.exists()
    settled.worker.work_off()
    settled.worker.withdraw_grants(after=timedelta(hours=1))
    stand.mend()
    settled.worker.withdraw_grants(after=timedelta(hours=12))
    assert stand.has_grant(settled.email) is not can_be_told(stand)


def test_nothing_is_asked_or_heard_after_disconnecting(settled, stand):
    settled.disconnect()
    stand.set_day(settled.email, day(1), 9999)
    stand.deliver(settled.email, (day(1),))
    settled.worker.work_off()
    settled.worker.poll()
    assert settled.steps() == {day(1): 8421}


def test_disconnecting_can_take_the_readings_along(settled):
    settled.disconnect(forget_readings=True)
    assert settled.steps() == {}
    latest = settled.get(f"steps/{day(1)}")["history"][-1]
    assert (latest["from"], latest["to"], latest["why"]) == (8421, None, "readings_forgotten")


def test_coming_back_is_the_same_connection_with_its_history(settled, stand):
    before = settled.connection(settled.slug)["id"]
    settled.disconnect()
    stand.set_day(settled.email, day(0), 300)
    assert settled.reconnect() == "connected"
    settled.worker.work_off()
    stand.deliver(settled.email, (day(0),))
    settled.worker.work_off()
    assert settled.connection(settled.slug)["id"] == before
    assert settled.steps() == {day(1): 8421, day(0): 300}
    settled.worker.withdraw_grants(after=timedelta(days=1))
    assert stand.has_grant(settled.email)
