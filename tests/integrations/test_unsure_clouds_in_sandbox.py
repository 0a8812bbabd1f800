"""What nobody is sure of at Garmin, Polar and Oura: either reading of it gives the same days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from integrations import calls, enrolment, subscriptions
from integrations.abilities import NoticeKind, WebhookCall
from integrations.contract import FetchWindow
from integrations.errors import NeedsReconnect, RateLimited, Withheld
from integrations.registry import config_of, oauth_provider
from sandbox.oauth_stand_in.accounts import hex_id
from tests.integrations.stand_in import Answer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DAYS = {TODAY - timedelta(days=2): 8421, TODAY - timedelta(days=1): 0, TODAY: 300}
ALICE = "alice@acme.example"
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
PATH = "a-long-and-random-path"


class Room:
    """One provider's stand-in with Alice in it, and our way to ask it."""

    def __init__(self, sandbox, slug, settings):
        self.sandbox, self.slug, self.url = sandbox, slug, f"{sandbox.url}/{slug}"
        revoke = {"revoke_url": f"{self.url}/oauth/revoke", "webhook_path": PATH}
        settings.PROVIDERS = {slug: CLIENT | {"api_url": self.url} | revoke}
        self.provider, self.config = oauth_provider(slug), config_of(slug)
        sandbox.control("POST", "people", email=ALICE, timezone="Pacific/Auckland")
        for day, steps in DAYS.items():
            sandbox.control("POST", f"people/{ALICE}/steps", date=day.isoformat(), total=steps)
        self.http = self.client()

    def client(self, **consent):
        answer = self.sandbox.control("POST", f"people/{ALICE}/consent", room=self.slug, **consent)
        self.token = answer["access_token"]
        self.account = answer.get("x_user_id")
        return calls.client_for(self.provider, self.config, access_token=self.token, now=NOW)

    def knobs(self, **values):
        self.sandbox.control("PUT", f"knobs?room={self.slug}", **values)

    def days(self, first=TODAY - timedelta(days=2)):
        window = FetchWindow(first=first, last=TODAY)
        fetched = self.provider.fetch(self.http, self.config, window, frozenset())
        return {each.date: each.steps for each in fetched.days}

    def post(self, **message):
        self.sandbox.control("POST", f"rooms/{self.slug}/post", email=ALICE, **message)

    def heard(self, request):
        """What a message means to us that the room has posted to somebody."""
        call = WebhookCall(
            method=request.method,
            tail=PATH,
            query={},
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.body,
            received_at=NOW,
        )
        return self.provider.hear(call, self.config, None).notices


@pytest.fixture
def room(running, settings, time_machine, db):
    time_machine.move_to(NOW)
    running.control("POST", "reset")
    return lambda slug: Room(running, slug, settings)


class TestPolar:
    @pytest.fixture
    def polar(self, room):
        made = room("polar")
        made.provider.join(made.http, made.config, account_id=str(made.account), webhook_url="")
        return made

    @pytest.mark.parametrize("names_days", [True, False])
    @pytest.mark.parametrize("clock", ["utc", "local"])
    def test_the_days_are_the_same_whatever_their_rows_tell(self, polar, names_days, clock):
        polar.knobs(names_days=names_days, clock=clock)
        assert polar.days() == DAYS

    @pytest.mark.parametrize("no_data", ["list", "204"])
    def test_no_data_is_no_day(self, polar, no_data):
        polar.knobs(no_data=no_data)
        for day in DAYS:
            polar.sandbox.control("DELETE", f"people/{ALICE}/steps?date={day}")
        assert polar.days() == {}

    def test_a_year_back_is_as_far_as_it_goes(self, polar):
        first = TODAY - timedelta(days=364)
        polar.sandbox.control("POST", f"people/{ALICE}/steps", date=str(first), total=11)
        assert polar.days(first) == DAYS | {first: 11}

    def test_joining_twice_and_leaving_twice_is_harmless(self, polar):
        account = str(polar.account)
        polar.provider.join(polar.http, polar.config, account_id=account, webhook_url="")
        polar.provider.leave(polar.http, polar.config, account_id=account)
        assert not polar.sandbox.control("GET", f"people/{ALICE}?room=polar")["now"]["grants"]

    def test_without_joining_there_is_no_data(self, room):
        with pytest.raises(NeedsReconnect):
            room("polar").days()


class TestOura:
    @pytest.mark.parametrize("end_date", ["inclusive", "exclusive"])
    @pytest.mark.parametrize("page_rows", [1, 2, 100])
    def test_the_days_are_the_same_whatever_the_end_and_the_pages(self, room, end_date, page_rows):
        oura = room("oura")
        oura.knobs(end_date=end_date, page_rows=page_rows)
        assert oura.days() == DAYS

    def test_a_long_range_comes_whole(self, room):
        oura = room("oura")
        first = TODAY - timedelta(days=100)
        oura.sandbox.control("POST", f"people/{ALICE}/steps", date=str(first), total=11)
        assert oura.days(first) == DAYS | {first: 11}

    def test_a_lapsed_membership_is_withheld_until_it_is_renewed(self, room):
        oura = room("oura")
        oura.knobs(lapsed=[ALICE])
        with pytest.raises(Withheld):
            oura.days()
        oura.knobs(lapsed=[])
        assert oura.days() == DAYS

    @pytest.mark.parametrize("needed", [True, False])
    def test_the_id_is_told_with_or_without_the_other_scope(self, room, needed):
        oura = room("oura")
        oura.knobs(id_needs_personal=needed)
        http = oura.client(scopes=["daily"])
        if needed:
            with pytest.raises(NeedsReconnect):
                oura.provider.identity(http, oura.config, None)
            http = oura.client(scopes=["daily", "personal"])
        assert oura.provider.identity(http, oura.config, None).account_id

    @pytest.mark.parametrize(
        ("tier", "cause"),
        [("token", "provider_rate_limited_user"), ("application", "provider_rate_limited_app")],
    )
    def test_a_limit_names_whom_it_meets(self, room, tier, cause):
        oura = room("oura")
        oura.knobs(limited_tier=tier)
        oura.sandbox.control("PUT", "faults", room="oura", kind="429", retry_after="60")
        with pytest.raises(RateLimited) as caught:
            oura.days()
        assert caught.value.cause == cause
        assert caught.value.retry_at >= NOW + timedelta(seconds=60)


@pytest.mark.django_db(transaction=True)
class TestOuraSubscriptions:
    def kept(self, oura):
        return oura.sandbox.control("GET", "rooms/oura/subscriptions")["subscriptions"]

    def test_they_are_verified_at_our_address_moved_and_renewed(self, room, live_server, settings):
        settings.BASE_URL = live_server.url
        oura = room("oura")
        assert subscriptions.look_after_all(now=NOW) == {"oura": ""}
        made = self.kept(oura)
        assert {each["event_type"] for each in made} == {"create", "update", "delete"}
        later = NOW + timedelta(days=29)
        oura.sandbox.control("PUT", "knobs", frozen_now=later.isoformat())
        assert subscriptions.look_after_all(now=later) == {"oura": ""}
        renewed = self.kept(oura)
        assert {each["id"] for each in renewed} == {each["id"] for each in made}
        assert renewed[0]["expiration_time"] > made[0]["expiration_time"]

    def test_an_address_that_does_not_answer_is_seen(self, room, settings):
        settings.BASE_URL = "http://127.0.0.1:9"
        oura = room("oura")
        trouble = subscriptions.look_after_all(now=NOW)["oura"]
        assert trouble.startswith("app_misconfigured: ")
        assert self.kept(oura) == []


class TestGarmin:
    @pytest.mark.parametrize("user_root", ["both", "wellness-api", "partner-gateway"])
    @pytest.mark.parametrize("permissions_shape", ["list", "object"])
    def test_the_person_is_found_wherever_they_are(self, room, user_root, permissions_shape):
        garmin = room("garmin")
        garmin.knobs(user_root=user_root, permissions_shape=permissions_shape)
        found = garmin.provider.identity(garmin.http, garmin.config, None)
        assert found.granted_scopes == {"HEALTH_EXPORT", "HISTORICAL_DATA_EXPORT"}
        garmin.provider.leave(garmin.http, garmin.config, account_id=found.account_id)
        assert not garmin.sandbox.control("GET", f"people/{ALICE}?room=garmin")["now"]["grants"]

    @pytest.mark.parametrize("pull_shape", ["list", "object"])
    def test_a_ping_is_collected_in_either_shape(self, room, stand_in, pull_shape):
        garmin = room("garmin")
        garmin.knobs(pull_shape=pull_shape)
        stand_in.routes["/our-webhook"] = Answer(200)
        garmin.post(url=f"{stand_in.url}/our-webhook", kind="ping", days=[str(day) for day in DAYS])
        (notice,) = garmin.heard(stand_in.asked[0])
        assert notice.kind == NoticeKind.COLLECT
        fetched = garmin.provider.collect(garmin.http, garmin.config, notice.payload)
        assert {each.date: each.steps for each in fetched.days} == DAYS

    def test_a_push_carries_the_days(self, room, stand_in):
        garmin = room("garmin")
        stand_in.routes["/our-webhook"] = Answer(200)
        garmin.post(url=f"{stand_in.url}/our-webhook", kind="push", days=[str(day) for day in DAYS])
        (notice,) = garmin.heard(stand_in.asked[0])
        fetched = garmin.provider.delivered(notice.payload)
        assert {each.date: each.steps for each in fetched.days} == DAYS

    def test_a_push_is_read_but_for_what_nobody_can_read(self, room, stand_in):
        garmin = room("garmin")
        stand_in.routes["/our-webhook"] = Answer(200)
        days = [str(day) for day in DAYS]
        garmin.post(url=f"{stand_in.url}/our-webhook", days=days, unreadable=days[:1])
        (notice,) = garmin.heard(stand_in.asked[0])
        fetched = garmin.provider.delivered(notice.payload)
        assert [str(each.date) for each in fetched.days] == days[1:]
        (left,) = fetched.unreadable.payload["dailies"]
        assert (left["calendarDate"], left["steps"]) == (days[0], "n/a")

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [("deregistration", NoticeKind.REVOKED), ("permissions", NoticeKind.PERMISSIONS)],
    )
    def test_what_changes_at_garmin_is_heard(self, room, stand_in, kind, expected):
        garmin = room("garmin")
        stand_in.routes["/our-webhook"] = Answer(200)
        garmin.post(url=f"{stand_in.url}/our-webhook", kind=kind)
        (notice,) = garmin.heard(stand_in.asked[0])
        found = notice.account_id, notice.kind
        assert found == (hex_id("garmin", ALICE), expected)

    def test_history_is_asked_for_once(self, room):
        garmin = room("garmin")
        for _ in range(2):
            garmin.provider.backfill(
                garmin.http, garmin.config, first=TODAY - timedelta(days=29), last=TODAY
            )
        asked = garmin.sandbox.control("GET", "rooms/garmin/backfills")["backfills"]
        assert len(asked) == 1

    def test_history_that_reaches_too_far_back_is_asked_for_in_part(self, room):
        garmin = room("garmin")
        garmin.knobs(history_days=20)
        garmin.provider.backfill(
            garmin.http, garmin.config, first=TODAY - timedelta(days=29), last=TODAY
        )
        ((_, start, _),) = garmin.sandbox.control("GET", "rooms/garmin/backfills")["backfills"]
        assert datetime.fromtimestamp(start, UTC).date() == date(2026, 11, 5)

    def test_history_that_is_not_shared_is_said(self, room):
        garmin = room("garmin")
        http = garmin.client(scopes=["HEALTH_EXPORT"])
        with pytest.raises(NeedsReconnect) as caught:
            garmin.provider.backfill(http, garmin.config, first=date(2026, 11, 1), last=TODAY)
        assert caught.value.cause == enrolment.HISTORY_NOT_SHARED
