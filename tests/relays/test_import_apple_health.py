"""The import command: streamed from the zip, fills gaps only, twice is once, explains itself."""

import io
import random
import zipfile
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from steps import rebuild
from steps.models import Day, DayChange, Report, Sample
from tests.relays.test_apple_export import BY_HAND, DEVICE, document
from tests.steps.statements import cloud, total

pytestmark = pytest.mark.django_db


def record(day, value, start="08:00:00", end="08:30:00", source="Watch", inner=""):
    device = DEVICE.format(pointer="0x1") if source == "Watch" else ""
    return (
        f'<Record type="HKQuantityTypeIdentifierStepCount" sourceName="{source}" device="{device}" '
        f'unit="count" creationDate="{day} {end} +0100" startDate="{day} {start} +0100" '
        f'endDate="{day} {end} +0100" value="{value}">{inner}</Record>\n'
    )


@pytest.fixture
def run(tmp_path, alice, iphone):
    """Return a function that imports records for Alice and gives what the command said."""

    def command(*records, raw=None, name="export.xml", **options):
        path = tmp_path / name
        path.write_bytes(document(*records).encode() if raw is None else raw)
        out = io.StringIO()
        options = {"email": alice.email, "file": path} | options
        call_command("import_apple_health", stdout=out, **options)
        return out.getvalue()

    return command


def zipped(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(f"apple_health_export/{member}.xml", text)
    return packed.getvalue()


def test_gaps_are_filled_and_overlaps_swept(run, steps_on, alice, settings):
    settings.RAW_SAMPLE_DAYS = 90
    said = run(
        record("2026-11-10", 1000),
        record("2026-11-10", 800, source="iPhone"),
        record("2026-11-11", 500),
        record(
            "2026-11-11", 9000, start="10:00:00", end="10:30:00", source="Health", inner=BY_HAND
        ),
    )
    assert "2 days from 2026-08-21 to 2026-11-18 filled with 4 new records" in said
    assert (steps_on("2026-11-10"), steps_on("2026-11-11")) == (1000, 500)
    assert Day.objects.get(person=alice, date="2026-11-11").steps_with_manual == 9500
    assert {report.via for report in Report.objects.all()} == {"import"}
    assert {change.why for change in DayChange.objects.all()} == {"health_export_import"}


def test_days_the_phone_has_uploaded_are_left_alone(run, iphone, steps_on):
    row = {"date": "2026-11-10 00:00:00 +0100", "qty": 4000}
    body = {"data": {"metrics": [{"name": "step_count", "data": [row]}]}}
    iphone.post("health-auto-export", body, **{"automation-aggregation": "Days"})
    said = run(
        record("2026-11-10", 9999),
        record("2026-11-09", 60, start="23:30:00", end="23:59:00"),
        record("2026-11-11", 100),
    )
    assert "1 on days the phone has uploaded" in said
    days = ("2026-11-09", "2026-11-10", "2026-11-11")
    assert [steps_on(day) for day in days] == [60, 4000, 100]


def test_what_was_imported_counts_no_longer_once_the_phone_speaks(
    run, iphone, steps_on, api, alice
):
    run(
        record("2026-11-10", 100),
        record("2026-11-10", 9000, start="10:00:00", end="10:30:00"),
        record("2026-11-11", 500),
    )
    assert (steps_on("2026-11-10"), steps_on("2026-11-11")) == (9100, 500)
    sample = {
        "id": "s",
        "start": "2026-11-10T07:00:00Z",
        "end": "2026-11-10T07:30:00Z",
        "count": 100,
    }
    window = {"from": "2026-11-09T23:00:00Z", "to": "2026-11-10T23:00:00Z", "complete": True}
    iphone.post("uploads", {"schema": "relay/1", "samples": [sample], "window": window})
    assert (steps_on("2026-11-10"), steps_on("2026-11-11")) == (100, 500)
    day = api(alice).get("/api/v1/steps/2026-11-10").json()
    shares = sorted((s["reported"], s["counted"], s["reason"]) for s in day["sources"])
    assert shares == [(100, 100, "counted"), (9100, 0, "only_fills_gaps")]
    assert [h["why"] for h in day["history"]] == ["health_export_import", "phone_upload"]
    dates = rebuild.days_known(person=alice, first=None, last=None)
    assert rebuild.differences(person=alice, dates=dates) == []
    iphone.post("uploads", {"schema": "relay/1", "deleted": ["s"]})
    assert steps_on("2026-11-10") == 9100


@pytest.mark.parametrize("imported_first", [True, False])
def test_what_was_imported_counts_less_than_any_tracker(run, alice, steps_on, imported_first):
    if imported_first:
        run(record("2026-11-10", 9000))
    cloud(alice, total(70, day=date(2026, 11, 10)))
    if not imported_first:
        run(record("2026-11-10", 9000))
    assert steps_on("2026-11-10") == 70


def test_a_sample_that_reaches_into_an_uploaded_day_stays_out(run, iphone, steps_on):
    sample = {
        "id": "s",
        "start": "2026-11-10T08:00:00Z",
        "end": "2026-11-10T08:10:00Z",
        "count": 70,
    }
    iphone.post("uploads", {"schema": "relay/1", "samples": [sample]})
    across = record("2026-11-09", 300, start="23:50:00", end="23:59:59").replace(
        'endDate="2026-11-09 23:59:59', 'endDate="2026-11-10 00:10:00'
    )
    run(across)
    assert (steps_on("2026-11-09"), steps_on("2026-11-10")) == (None, 70)


def test_importing_twice_is_importing_once(run, steps_on):
    records = [record("2026-11-10", 1000), record("2026-11-12", 20)]
    run(*records)
    assert "0 days" in run(*records, record("2026-11-10", 1000)).splitlines()[-1]
    assert Sample.objects.count() == 2
    assert steps_on("2026-11-10") == 1000


def test_only_the_days_asked_for(run, steps_on):
    records = [record(f"2026-11-{day:02}", day) for day in range(1, 6)]
    said = run(*records, first=date(2026, 11, 2), last=date(2026, 11, 3))
    assert "3 outside these days" in said
    assert [steps_on(f"2026-11-{day:02}") for day in range(1, 6)] == [None, 2, 3, None, None]


def test_what_is_older_than_the_ledger_keeps_stays_out(run):
    assert "1 outside these days" in run(record("2020-01-01", 5))


def test_the_zip_as_the_phone_shares_it(run, steps_on):
    text = document(record("2026-11-10", 1000))
    packed = zipped(Exportieren=text, export_cda="<ClinicalDocument/>" * 5000)
    run(raw=packed, name="export.zip")
    assert steps_on("2026-11-10") == 1000


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (zipped(export_cda="x"), "no export.xml inside"),
        (zipped(export="<html/>"), "no export of Apple Health"),
        (b"", "no export of Apple Health"),
        (b'<!DOCTYPE HealthData [<!ENTITY x "y">]><HealthData/>', "declares entities"),
    ],
)
def test_a_file_that_is_none_is_named(run, raw, why):
    with pytest.raises(CommandError, match=why):
        run(raw=raw, name="export.zip")


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_zip_is_named(run, seed):
    text = document(*[record("2026-11-10", n) for n in range(300)])
    raw = bytearray(zipped(export=text))
    place = random.Random(seed).randrange(60, len(raw) - 200)
    raw[place : place + 40] = bytes(40)
    with pytest.raises(CommandError, match=r"export\.zip: "):
        run(raw=bytes(raw), name="export.zip")


def test_a_broken_file_leaves_whole_records_behind(run, steps_on, monkeypatch):
    monkeypatch.setattr("sync.relay_adapters.backfill.BATCH", 1)
    text = document(record("2026-11-10", 1000), record("2026-11-11", 500))
    cut = text[: text.index("2026-11-11 08:30:00")].encode()
    with pytest.raises(CommandError, match="broken"):
        run(raw=cut)
    run(raw=text.encode())
    assert (steps_on("2026-11-10"), steps_on("2026-11-11")) == (1000, 500)


def test_without_a_connection_or_a_file_it_says_so(run, bob, tmp_path):
    with pytest.raises(CommandError, match="connect the phone first"):
        run(email=bob.email)
    with pytest.raises(CommandError, match="No such file"):
        run(file=tmp_path / "absent.zip")
