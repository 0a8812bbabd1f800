"""A cloud that tells of news is believed when it can prove who it is, and counted once."""

import pytest
import requests

from integrations import registry
from integrations.abilities import HearsWebhooks
from sync.models import Run
from tests.contract.conftest import CLOUDS
from tests.contract.household import TIMEOUT, day

pytestmark = pytest.mark.django_db(transaction=True)
TELLING = [slug for slug in CLOUDS if registry.get(slug).capabilities.webhooks]
telling = pytest.mark.parametrize("stand", TELLING, indirect=True)


@pytest.fixture
def connected(owner):
    assert owner.connect() == "connected"
    owner.worker.work_off()
    return owner


def runs():
    return Run.objects.count()


@pytest.mark.parametrize("slug", CLOUDS)
def test_it_hears_webhooks_exactly_if_it_says_so(slug):
    provider = registry.get(slug)
    assert isinstance(provider, HearsWebhooks) is provider.capabilities.webhooks
    assert provider.capabilities.polls or provider.capabilities.webhooks


@telling
def test_news_arrive_without_anybody_asking(connected, stand):
    stand.set_day(connected.email, day(1), 8421)
    statuses = stand.deliver(connected.email, (day(1),))
    assert statuses
    assert all(200 <= status < 300 for status in statuses)
    connected.worker.work_off()
    assert connected.steps() == {day(1): 8421}


@telling
def test_the_same_delivery_again_is_answered_and_changes_nothing(connected, stand):
    stand.set_day(connected.email, day(1), 8421)
    for _ in range(2):
        statuses = stand.deliver(connected.email, (day(1),), times=2)
        assert all(200 <= status < 300 for status in statuses)
        connected.worker.work_off()
    assert connected.steps() == {day(1): 8421}
    history = connected.get(f"steps/{day(1)}")["history"]
    assert [each["to"] for each in history] == [8421]


@telling
def test_a_forged_delivery_is_refused_and_moves_nothing(connected, stand):
    before = runs()
    stand.set_day(connected.email, day(1), 8421)
    statuses = stand.forge(connected.email, (day(1),))
    assert statuses
    assert all(400 <= status < 500 for status in statuses)
    connected.worker.work_off()
    assert connected.steps() == {}
    assert runs() == before


@telling
def test_news_of_an_account_nobody_has_connected_are_let_go(connected, stand):
    stand.open_account("stranger@acme.example", timezone="Europe/Berlin")
    stand.set_day("stranger@acme.example", day(1), 8421)
    statuses = stand.deliver("stranger@acme.example", (day(1),))
    assert all(status < 500 for status in statuses)
    connected.worker.work_off()
    assert connected.steps() == {}


@telling
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 20_000, b'{"a":1}']
)
def test_garbage_at_the_door_is_never_an_error_of_ours(stand, worker, db, body):
    for tail in ("", "/somewhere"):
        answer = requests.post(f"{stand.webhook_url}{tail}", data=body, timeout=TIMEOUT)
        assert 400 <= answer.status_code < 500
    worker.work_off()
