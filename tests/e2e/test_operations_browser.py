"""An operator at work in a real browser: nothing may break the content policy or log an error."""

from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from integrations.models import Breaker
from sync.models import Export
from sync.watch import round as watch_round
from sync.watch.models import Alarm
from tests.factories import PASSWORD, ConnectionFactory, UserFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium):
    complaints = []
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def trouble(acme, settings):
    """One provider refuses everybody, another refused our application, and an export is dead."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    now = timezone.now()
    for _ in range(3):
        ConnectionFactory(person=UserFactory(organization=acme))
    Breaker.objects.create(
        provider="fitbit",
        state="open",
        kind="revocation",
        detail="the token endpoint refused the refresh token",
        opened_at=now - timedelta(minutes=7),
        retry_at=now + timedelta(minutes=4),
    )
    Breaker.objects.create(
        provider="misfit",
        fault_at=now - timedelta(minutes=2),
        fault_detail="the token endpoint refused our client: invalid_client",
    )
    Export.objects.create(
        person=UserFactory(organization=acme),
        state="failed",
        attempts=3,
        created_at=now,
        finished_at=now,
    )
    Alarm.objects.create(
        key="broker",
        title="The broker cannot be reached",
        remedy="Start it.",
        opened_at=now - timedelta(hours=3),
        last_seen_at=now - timedelta(hours=3),
        closed_at=now - timedelta(hours=2),
    )
    watch_round.make(now=now)


@pytest.fixture
def operations(page, live_server, acme, trouble):
    """An operator is signed in and looks at the operations page."""
    operator = UserFactory(organization=acme, is_staff=True, display_name="Olga Operator")
    page.goto(f"{live_server.url}/operations/")
    page.get_by_label("Email").fill(operator.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Operations").wait_for()
    return page


def test_an_operator_sees_what_is_wrong_and_orders_something(operations):
    alarms = operations.locator(".alarm")
    assert alarms.count() == 3
    assert "refuses everybody's consent" in operations.locator("#operations-now").inner_text()
    operations.get_by_role("button", name="Ask again").click()
    operations.get_by_text("Fitbit is asked again from now on.").wait_for()
    assert Breaker.objects.get(provider="fitbit").state == "closed"
    operations.get_by_role("button", name="Replay", exact=True).click()
    operations.get_by_text("It is tried again now.").wait_for()
    assert operations.get_by_text("Nothing has failed for good.").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_no_wider_than_its_window(operations, scheme, width):
    operations.emulate_media(color_scheme=scheme)
    operations.set_viewport_size({"width": width, "height": 900})
    operations.reload()
    assert operations.evaluate("document.documentElement.scrollWidth <= innerWidth")
