"""What every address for foreign apps has to keep: tokens, sizes, overload, chunks, any body."""

import gzip
import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from rest_framework.test import APIClient

from integrations.models import Installation
from sync.relay_adapters.edge import AdapterView

pytestmark = pytest.mark.django_db

SDK = "open-wearables/api/v1/sdk/users/u"
ADDRESSES = ["health-auto-export", "hc-webhook", "shortcut", f"{SDK}/sync", f"{SDK}/logs"]
every_address = pytest.mark.parametrize("address", ADDRESSES)


@every_address
def test_an_unknown_token_is_a_401(iphone, address):
    for authorization in ("Bearer relay_wrong", "relay_wrong", "Bearer ", "Basic YTpi", ""):
        answer = iphone.post(address, {}, Authorization=authorization)
        assert (answer.status_code, answer.json()["code"]) in (
            (401, "authentication_failed"),
            (401, "not_authenticated"),
        )


@every_address
def test_a_disconnected_phone_is_told_401_because_other_refusals_drop_data(
    iphone, api, alice, address
):
    row = iphone.connected["connection"]["id"]
    api(alice).post(f"/api/v1/connections/{row}/disconnect", {}, format="json")
    answer = iphone.post(address, {})
    assert (answer.status_code, answer.json()["code"]) == (401, "relay_disconnected")
    assert answer.headers["WWW-Authenticate"]


@every_address
@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "{}", "  Bearer   {} "])
def test_the_token_with_and_without_the_word(iphone, address, form):
    answer = iphone.post(address, {}, Authorization=form.format(iphone.token))
    assert answer.status_code != 401


@every_address
def test_too_much_is_503_so_that_nobody_drops_it(iphone, address, settings):
    settings.RELAY_MAX_BODY_BYTES = 1000
    assert iphone.post(address, b"x" * 1001).status_code == 503
    bomb = gzip.compress(b"0" * 1_000_000)
    assert len(bomb) < 1000 or iphone.post(address, bomb).status_code == 503
    settings.RELAY_MAX_BODY_BYTES = 5000
    answer = iphone.post(address, bomb, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (503, "too_large")


@every_address
def test_too_often_is_503_with_a_time(iphone, address, monkeypatch):
    monkeypatch.setattr(AdapterView, "throttle_classes", [_Never])
    answer = iphone.post(address, {})
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "7"


class _Never:
    def allow_request(self, request, view):
        return False

    def wait(self):
        return 6.2


@every_address
def test_what_an_app_wishes_to_read_never_stops_it(iphone, address):
    answer = iphone.post(address, {}, Accept="text/html")
    assert answer.status_code not in (401, 406)


def test_a_body_in_chunks_without_a_length_is_read(android, steps_on):
    """Android's usual HTTP client streams; the server's stream ends where the body ends."""
    record = {
        "id": "r1",
        "type": "STEP_COUNT",
        "startDate": "2026-11-18T08:00:00Z",
        "endDate": "2026-11-18T08:10:00Z",
        "value": 345.0,
        "source": {"appId": "android", "deviceType": "phone"},
    }
    body = json.dumps({"provider": "google", "data": {"records": [record]}}).encode()
    own = json.dumps({"schema": "relay/1", "samples": []}).encode()
    for address, raw in ((f"{SDK}/sync", body), ("uploads", own)):
        answer = APIClient().generic(
            "POST",
            f"/api/v1/relay/{address}",
            content_type="application/json",
            headers={"Authorization": f"Bearer {android.token}", "Transfer-Encoding": "chunked"},
            **{"wsgi.input": io.BytesIO(raw), "wsgi.input_terminated": True},
        )
        assert answer.status_code in (200, 202)
    assert steps_on("2026-11-18") == 345


def test_a_gzip_body_is_read_and_a_broken_one_is_no_crash(iphone, steps_on):
    rows = [{"date": "2026-11-18 08:00:00 +0100", "qty": 77}]
    metrics = [{"name": "step_count", "data": rows}]
    packed = gzip.compress(json.dumps({"data": {"metrics": metrics}}).encode())
    headers = {"Content-Encoding": "gzip", "automation-aggregation": "hours"}
    assert iphone.post("health-auto-export", packed, **headers).status_code == 200
    assert steps_on("2026-11-18") == 77
    assert iphone.post("health-auto-export", packed[:-9], **headers).status_code == 207
    assert iphone.post("hc-webhook", packed[:-9], **headers).status_code == 400
    assert iphone.post(f"{SDK}/sync", packed[:-9], **headers).status_code == 202


def test_the_answer_to_connecting_holds_addresses_and_one_tap_links(iphone, android, settings):
    apps = iphone.connected["setup"]["apps"]
    assert apps["shortcut_url"] == f"{settings.BASE_URL}/api/v1/relay/shortcut"
    link = urlsplit(apps["health_auto_export_link"])
    assert (link.scheme, link.netloc) == ("com.healthexport", "automation")
    asked = {key: values[0] for key, values in parse_qs(link.query).items()}
    assert asked["url"] == f"{settings.BASE_URL}/api/v1/relay/health-auto-export"
    assert asked["headers"] == f"Authorization,Bearer {iphone.token}"
    assert (asked["interval"], asked["period"], asked["enabled"]) == ("hours", "none", "true")
    week = parse_qs(urlsplit(apps["health_auto_export_week_link"]).query)
    assert week["period"] == ["previous7Days"]
    assert set(android.connected["setup"]["apps"]) == {"hc_webhook_url", "open_wearables_host"}


def test_the_status_of_one_app_leaves_what_others_told(iphone):
    iphone.post("status", {"permission": "asked"})
    iphone.post("shortcut", {"schema": "steps-shortcut/1", "tz": "Europe/Berlin", "days": []})
    assert Installation.objects.get().status == {
        "permission": "asked",
        "shortcut": {"time_zone": "Europe/Berlin"},
    }


NAMES = (
    "data metrics name step_count qty date source steps count start_time end_time metadata "
    "device type records id value startDate endDate HKWasUserEntered STEP_COUNT schema days "
    "events eventType device_state dataType timestamp test "
)
MOMENTS = ["2026-11-18T07:00:00Z", "2026-11-18", "2026-11-18 07:00:00 +0100"]
words = st.sampled_from([*NAMES.split(), *MOMENTS]) | st.text(max_size=5)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6),
    max_leaves=30,
)


def _near_misses(value):
    return st.fixed_dictionaries(
        {
            "schema": st.just("steps-shortcut/1"),
            "data": st.fixed_dictionaries(
                {
                    "metrics": st.lists(
                        st.fixed_dictionaries({"name": st.just("step_count"), "data": value})
                    ),
                    "records": st.lists(
                        st.fixed_dictionaries(
                            {
                                "type": st.just("STEP_COUNT"),
                                "id": value,
                                "value": value,
                                "startDate": words,
                                "endDate": words,
                                "source": value,
                                "metadata": value,
                            }
                        )
                    ),
                }
            ),
            "steps": st.lists(
                st.fixed_dictionaries(
                    {"count": value, "start_time": words, "end_time": words, "metadata": value}
                )
            ),
            "days": st.lists(st.fixed_dictionaries({"date": words, "steps": value})) | value,
            "events": st.lists(st.fixed_dictionaries({"eventType": words}) | value),
            "timestamp": value,
            "syncTimestamp": value,
            "app_version": value,
            "provider": value,
            "sdkVersion": value,
            "tz": value,
        }
    )


@every_address
@profile(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=anything | _near_misses(anything), grouping=st.sampled_from(["Hours", "Days", "x"]))
def test_no_body_is_ever_a_crash(iphone, address, body, grouping):
    raw = json.dumps(body).encode()
    answer = iphone.post(address, raw, **{"automation-aggregation": grouping})
    assert answer.status_code in (200, 202, 207, 400)
    if address.startswith(("health-auto-export", "open-wearables")):
        assert answer.status_code < 400
    json.loads(answer.content)
