"""Reading Apple's export: a stream of samples, tolerant of what phones write, deaf to attacks."""

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations import apple_export
from integrations.apple_export import ExportReader, ExportRefused

DEVICE = (
    "&lt;&lt;HKDevice: {pointer}&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, "
    "hardware:Watch7,5, software:13.0&gt;"
)
# Real exports declare attributes twice and close declarations too early.
DOCUMENT_TYPE = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 13 & more -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>
<!ATTLIST Record type CDATA #REQUIRED>
<!ATTLIST Record type CDATA #REQUIRED device CDATA #IMPLIED>
  device CDATA #IMPLIED
>
]>
"""


def record(value=731, start="08:02:10", end="08:11:40", inner="", pointer="0x300000000", **more):
    fields = {
        "type": "HKQuantityTypeIdentifierStepCount",
        "sourceName": "Ana\u2019s Apple\u00a0Watch",
        "sourceVersion": "13.0",
        "device": DEVICE.format(pointer=pointer),
        "unit": "count",
        "creationDate": "2026-11-10 08:14:02 +0100",
        "startDate": f"2026-11-10 {start} +0100",
        "endDate": f"2026-11-10 {end} +0100",
        "value": value,
    } | more
    attributes = " ".join(f'{key}="{text}"' for key, text in fields.items() if text is not None)
    return f"<Record {attributes}>{inner}</Record>\n"


def document(*parts, head=DOCUMENT_TYPE):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<HealthData locale="de_DE">\n'
        ' <ExportDate value="2026-11-18 10:00:00 +0100"/>\n <Me Blood="x"/>\n'
        f"{''.join(parts)}</HealthData>\n"
    )


def read(text):
    raw = text if isinstance(text, bytes) else text.encode()
    reader = ExportReader(io.BytesIO(raw))
    return list(reader.samples()), reader


BY_HAND = '<MetadataEntry key="HKWasUserEntered" value="1"/>'


def test_a_record_as_the_phone_writes_it():
    (sample,), reader = read(document(record()))
    assert (sample.count, sample.manual) == (731, False)
    assert sample.start.isoformat() == "2026-11-10T08:02:10+01:00"
    assert sample.written.isoformat() == "2026-11-10T08:14:02+01:00"
    assert (sample.source.name, sample.source.product) == (
        "Ana\u2019s Apple\u00a0Watch",
        "Watch7,5",
    )
    assert reader.exported_at.isoformat() == "2026-11-18T10:00:00+01:00"


def test_the_same_record_of_another_export_is_the_same():
    """Only the memory address inside the device text differs."""
    (one, other), _ = read(document(record(), record(pointer="0x2ffffabc0")))
    assert one.id == other.id


@pytest.mark.parametrize(
    "fields", [{"value": 732}, {"start": "08:02:11"}, {"sourceName": "iPhone"}, {"device": ""}]
)
def test_anything_else_makes_another_record(fields):
    (one, other), _ = read(document(record(), record(**fields)))
    assert one.id != other.id


def test_typed_by_hand():
    texts = (BY_HAND, '<MetadataEntry key="HKWasUserEntered" value="0"/>', "")
    found, _ = read(document(*(record(n, inner=inner) for n, inner in enumerate(texts, 1))))
    assert [sample.manual for sample in found] == [True, False, False]


def test_a_record_inside_a_correlation_stands_at_the_top_as_well():
    twice = record(inner=BY_HAND)
    found, _ = read(document(f"<Correlation type='x'>{twice}</Correlation>", twice))
    assert len({sample.id for sample in found}) == 1


def test_other_types_and_unusable_records_are_passed_over():
    found, reader = read(
        document(
            record(type="HKQuantityTypeIdentifierHeartRate"),
            record("many"),
            record(startDate="yesterday"),
            record(-4),
            record(start="09:00:00"),
            record(device=None, creationDate=None),
            record(sourceName=None),
        )
    )
    assert len(found) == 2
    assert dict(reader.refused) == {
        "invalid_record": 2,
        "negative_count": 1,
        "ends_before_start": 1,
    }


def test_what_xml_forbids_and_phones_write():
    odd = record(sourceName="Tom & Jerry\x0b & Co &copy; &#0; &#xB; &#65; &amp;&lt;")
    raw = document(odd).encode().replace(b"Jerry", b"Jerry\xff")
    (sample,), _ = read(raw)
    assert sample.source.name == "Tom & Jerry\ufffd  & Co &copy;     A &<"


@pytest.mark.parametrize("size", [1, 7, 64])
def test_nothing_depends_on_where_the_stream_is_cut(size, monkeypatch):
    text = document(record(sourceName="A &amp; B & C &#x41;"), record(2, inner=BY_HAND))
    whole, _ = read(text)
    monkeypatch.setattr(apple_export, "CHUNK", size)
    assert read(text)[0] == whole


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE HealthData [<!ENTITY l0 "lol">{LAUGHS}]>',
        '<!DOCTYPE HealthData [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE HealthData [<!ENTITY % p SYSTEM "http://127.0.0.1/p"> %p;]>',
        '<!DOCTYPE HealthData SYSTEM "http://127.0.0.1/health.dtd">',
        '<!doctype HealthData PUBLIC "a" "http://127.0.0.1/health.dtd" []>',
    ],
)
def test_entities_and_other_documents_are_refused(head):
    with pytest.raises(ExportRefused, match="Apple Health never does"):
        read(document(record(sourceName="&l9;&x;"), head=head))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\x03\x04",
        b"<html></html>",
        document(record()).encode("utf-16"),
        b" " * 3_000_000 + b"<HealthData/>",
        b"<HealthData><Record>",
        document(record()).replace("</HealthData>", "</Health>"),
        document("<!DOCTYPE x [<!ENTITY y 'z'>]>"),
        document(record()) + "<HealthData/>",
        f"<HealthData>{'<a>' * 100}",
        f'<HealthData><Record type="{"x" * 9_000_000}"/></HealthData>',
    ],
)
def test_what_is_no_export_is_refused(raw):
    with pytest.raises(ExportRefused):
        read(raw)


def test_a_file_larger_than_any_is_refused(monkeypatch):
    monkeypatch.setattr(apple_export, "MOST_BYTES", 1000)
    with pytest.raises(ExportRefused, match="larger"):
        read(document(record() * 20))


class Endless(io.RawIOBase):
    """An export of any size that is made while it is read."""

    def __init__(self, records):
        self._parts = iter([document().replace("</HealthData>\n", ""), *[record()] * records])
        self._rest = b""

    def read(self, size=-1):
        while len(self._rest) < size and (part := next(self._parts, None)):
            self._rest += part.encode()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found or (b"" if self._rest else self._close())

    def _close(self):
        self._close = lambda: b""
        return b"</HealthData>"


def test_memory_does_not_grow_with_the_file():
    def peak(records):
        tracemalloc.start()
        count = sum(1 for _ in ExportReader(Endless(records)).samples())
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == records
        return used

    peak(100)
    assert peak(8_000) < peak(2_000) * 1.5


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_content_is_read_or_refused(noise):
    raw = noise.encode(errors="replace") if isinstance(noise, str) else noise
    body = document(record()).encode().replace(b"<Me ", b"<Me " + raw)
    try:
        read(body)
    except ExportRefused:
        return
