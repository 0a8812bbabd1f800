"""Reading a phone's upload: one bad record never costs the others, and no body is a crash."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.relay1 import MalformedUpload, decode_status, decode_upload


def sample(number=1, **fields):
    return {
        "id": f"5F0D3C1A-{number}",
        "start": "2026-11-18T07:02:10Z",
        "end": "2026-11-18T07:11:40Z",
        "count": 731,
        "manual": False,
        "source": {"app": "com.apple.health.0B1C", "name": "Apple Watch", "product": "Watch7,5"},
        "written": None,
    } | fields


def bucket(**fields):
    return {
        "start": "2026-11-17T23:00:00Z",
        "end": "2026-11-18T23:00:00Z",
        "local_date": "2026-11-18",
        "steps_all": 6321.0,
        "steps_without_manual": 6321.0,
        "complete": False,
        "by_source": {"watch": 5980.0},
    } | fields


def upload(**fields):
    return json.dumps({"schema": "relay/1", "final": True} | fields).encode()


def decode(**fields):
    return decode_upload(upload(**fields))


def test_a_whole_upload():
    found = decode(
        batch_id="0b5d1a6e",
        sent_at="2026-11-18T10:31:07.120+01:00",
        time_zone="Europe/Berlin",
        installation={"id": "c2a1", "platform": "ios", "os": "27.0.1", "app": "3.4.0"},
        samples=[sample(1), sample(2, manual=True, start="2026-11-18T08:02:10+01:00")],
        deleted=["9D3E"],
        buckets=[bucket()],
        window={"from": "2026-11-15T23:00:00Z", "to": "2026-11-18T09:31:00Z", "complete": True},
        status={"permission": "asked", "pedometer_today": 4012, "earliest_authorized": None},
    )
    assert found.rejected == []
    first, second = found.samples
    assert (first.index, first.count, first.manual, first.source.product) == (
        0,
        731.0,
        False,
        "Watch7,5",
    )
    assert (second.index, second.manual, second.start.utcoffset()) == (1, True, timedelta(hours=1))
    assert found.deleted == ["9D3E"]
    assert (found.buckets[0].local_date, found.buckets[0].steps_all) == (date(2026, 11, 18), 6321.0)
    assert found.window.complete is True
    assert found.window.start == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert found.installation.os == "27.0.1"
    assert found.status["pedometer_today"] == 4012
    assert found.sent_at.astimezone(UTC).hour == 9
    assert (found.time_zone, found.batch_id) == ("Europe/Berlin", "0b5d1a6e")


def test_a_heartbeat_holds_nothing_but_a_status():
    found = decode(status={"protected_data": "unavailable"})
    assert found.status == {"protected_data": "unavailable"}
    assert (found.samples, found.deleted, found.buckets, found.window) == ([], [], [], None)


def test_null_is_as_good_as_absent():
    found = decode(samples=None, deleted=None, buckets=None, window=None, status=None, sent_at=None)
    assert found.rejected == []


def test_a_sample_may_leave_out_what_a_phone_may_not_know():
    short = {key: sample()[key] for key in ("id", "start", "end", "count")}
    found = decode(samples=[short | {"manual": None, "source": {"app": None}}])
    assert found.rejected == []
    assert found.samples[0].source.app is None


def test_the_index_is_the_place_in_the_body_whatever_the_body_says():
    found = decode(samples=[sample(1, index=77), sample(2, count=-1), sample(3)])
    assert [item.index for item in found.samples] == [0, 2]


FLAWS = [
    ({"count": -1}, "negative_count"),
    ({"count": -0.001}, "negative_count"),
    ({"count": float("nan")}, "not_finite"),
    ({"count": float("inf")}, "not_finite"),
    ({"count": 1_000_001}, "count_too_large"),
    ({"count": 10**400}, "invalid_record"),
    ({"count": "731"}, "invalid_record"),
    ({"count": True}, "invalid_record"),
    ({"count": None}, "invalid_record"),
    ({"end": "2026-11-18T07:02:09Z"}, "ends_before_start"),
    ({"start": "2026-11-18T07:02:10"}, "invalid_record"),
    ({"start": "yesterday"}, "invalid_record"),
    ({"start": 1763449330}, "invalid_record"),
    ({"start": "0001-01-01T00:00:00+14:00"}, "date_out_of_range"),
    ({"end": "9999-12-31T23:59:59-12:00"}, "date_out_of_range"),
    ({"id": ""}, "invalid_record"),
    ({"id": "x" * 121}, "invalid_record"),
    ({"id": 5}, "invalid_record"),
    ({"id": "a\x00b"}, "invalid_text"),
    ({"id": "a\ud800b"}, "invalid_text"),
    ({"source": {"name": "\x00"}}, "invalid_text"),
    ({"source": "Apple Watch"}, "invalid_record"),
    ({"manual": "no"}, "invalid_record"),
]


@pytest.mark.parametrize(("fields", "code"), FLAWS)
def test_one_bad_sample_never_costs_the_others(fields, code):
    found = decode(samples=[sample(1), sample(2, **fields), sample(3)], buckets=[bucket()])
    assert [item.index for item in found.samples] == [0, 2]
    assert [(item.index, item.code, item.list) for item in found.rejected] == [(1, code, "samples")]
    assert len(found.buckets) == 1


@pytest.mark.parametrize("item", [5, None, [], "text", {}])
def test_what_is_no_record_is_rejected_in_its_place(item):
    found = decode(samples=[item, sample()], buckets=[bucket(), item], deleted=["a"])
    assert {(flaw.index, flaw.list) for flaw in found.rejected} == {(0, "samples"), (1, "buckets")}
    assert found.samples[0].index == 1


def test_a_zero_length_sample_and_a_zero_count_are_fine():
    found = decode(samples=[sample(count=0, end="2026-11-18T07:02:10Z")])
    assert found.rejected == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"steps_all": -1}, "negative_count"),
        ({"steps_without_manual": -40.0}, "negative_count"),
        ({"steps_all": None}, "invalid_record"),
        ({"end": "2026-11-17T23:00:00Z"}, "ends_before_start"),
        ({"local_date": "18.11.2026"}, "invalid_record"),
        ({"steps_all": 2_000_000}, "count_too_large"),
        ({"local_date": "0001-01-01"}, "wrong_date"),
        ({"local_date": "2026-11-16"}, "wrong_date"),
        ({"end": "2026-11-24T23:00:00Z"}, "too_long"),
        ({"end": "2027-11-17T23:00:00Z", "local_date": None}, "too_long"),
    ],
)
def test_one_bad_bucket_never_costs_the_others(fields, code):
    found = decode(buckets=[bucket(**fields), bucket()])
    assert [item.index for item in found.buckets] == [1]
    assert [(item.index, item.code) for item in found.rejected] == [(0, code)]


@pytest.mark.parametrize(
    "start", ["2026-11-17T10:00:00Z", "2026-11-18T00:00:00+14:00", "2026-11-18T00:00:00-12:00"]
)
def test_a_day_may_begin_in_any_zone(start):
    begin = datetime.fromisoformat(start)
    found = decode(buckets=[bucket(start=start, end=(begin + timedelta(hours=25)).isoformat())])
    assert (len(found.buckets), found.rejected) == (1, [])


def test_a_bucket_may_leave_out_the_manual_share_and_the_date():
    found = decode(buckets=[bucket(steps_without_manual=None, local_date=None)])
    assert found.buckets[0].steps_without_manual is None


def test_bad_deletions_are_rejected_one_by_one():
    found = decode(deleted=["ok", "", 5, "x" * 121, "fine"])
    assert found.deleted == ["ok", "fine"]
    assert [item.index for item in found.rejected] == [1, 2, 3]


@pytest.mark.parametrize("name", ["samples", "buckets", "deleted"])
def test_a_list_that_is_none_is_rejected_alone(name):
    found = decode_upload(upload(**{"samples": [sample()], "buckets": [bucket()], name: {"a": 1}}))
    assert [(item.index, item.code, item.list) for item in found.rejected] == [
        (None, "invalid_list", name)
    ]


@pytest.mark.parametrize("name", ["samples", "buckets", "deleted"])
def test_a_list_is_read_up_to_its_bound(name):
    item = {"samples": sample(), "buckets": bucket(), "deleted": "x"}[name]
    found = decode_upload(upload(**{name: [item] * 10_001}))
    assert len(getattr(found, name)) == 10_000
    assert [(flaw.code, flaw.list) for flaw in found.rejected] == [("too_many_records", name)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("window", 5),
        ("window", {"from": "2026-11-18T00:00:00Z"}),
        ("window", {"from": "2026-11-18T00:00:00Z", "to": "2026-11-17T00:00:00Z"}),
        ("window", {"from": "1026-11-18T00:00:00Z", "to": "2026-11-17T00:00:00Z"}),
        ("installation", {"platform": "x" * 17}),
        ("installation", {"model": "\x00"}),
        ("status", []),
        ("status", {"note": "x" * 9000}),
        ("status", {"note": "\x00"}),
        ("status", {"pedometer_today": float("nan")}),
        ("sent_at", "now"),
        ("sent_at", "2026-11-18T09:31:07"),
        ("time_zone", 5),
        ("batch_id", "x" * 121),
    ],
)
def test_a_bad_field_never_costs_the_samples(name, value):
    found = decode_upload(upload(samples=[sample()], **{name: value}))
    assert getattr(found, name) is None
    assert len(found.samples) == 1
    assert [(item.index, item.code, item.list) for item in found.rejected] == [
        (None, "invalid_field", name)
    ]


@pytest.mark.parametrize("flawed", [sample(2, count=-1), sample(2, id=""), 5])
def test_a_window_is_not_complete_when_a_sample_could_not_be_read(flawed):
    window = {"from": "2026-11-15T23:00:00Z", "to": "2026-11-18T09:31:00Z", "complete": True}
    assert decode(samples=[sample(), flawed], window=window).window.complete is False
    assert decode(samples=[sample()], deleted=[5], window=window).window.complete is True


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"5", b"[]", b'"relay/1"', b"\xff\xfe", b"{}", b"samples=1",
        b'{"schema": "relay/2"}', b'{"schema": 1}', b'{"schema": null}', b"[" * 100_000,
        b'{"schema": "relay/1", "samples": [' + b"[" * 100_000, b'{"a":' * 100_000,
        b'{"schema": "relay/1", "samples": [',
    ],
)  # fmt: skip
def test_what_is_no_upload_is_said_to_be(body):
    with pytest.raises(MalformedUpload) as caught:
        decode_upload(body)
    assert caught.value.detail


def test_a_deeply_nested_part_is_no_crash():
    nested = b'{"schema":"relay/1","status":{"a":' + b"[" * 900 + b"]" * 900 + b"}}"
    with suppress(MalformedUpload):
        decode_upload(nested)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_never_a_crash(body):
    with pytest.raises(MalformedUpload):
        decode_upload(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    "samples",
    "deleted",
    "buckets",
    "window",
    "installation",
    "status",
    "sent_at",
    "time_zone",
]


@given(st.dictionaries(st.sampled_from(FIELDS), json_values))
@settings(max_examples=200, deadline=None)
def test_random_fields_are_never_a_crash(fields):
    decode_upload(upload(**fields))


@given(st.dictionaries(st.sampled_from([*sample()]), json_values))
@settings(max_examples=200, deadline=None)
def test_a_random_record_never_costs_its_neighbour(fields):
    found = decode(samples=[sample(1), sample(2, **fields)])
    assert found.samples[0].id == "5F0D3C1A-1"
    assert len(found.samples) + len(found.rejected) == 2


def test_a_status_sent_alone():
    assert decode_status(b'{"low_power": true}') == {"low_power": True}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"a": "\\u0000"}', b'{"a": NaN}', b'{"a": "' + b"x" * 9000 + b'"}']
)
def test_a_status_that_cannot_be_stored_is_refused(body):
    with pytest.raises(MalformedUpload):
        decode_status(body)
