"""``manage.py import_apple_health``: fill gaps from a person's export of Apple Health."""

import zipfile
import zlib
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations import registry
from integrations.apple_export import ExportReader, ExportRefused
from integrations.contract import ProviderKind, RelayProvider
from integrations.models import Connection
from steps.retention import oldest_taken
from sync.relay_adapters.backfill import Filled, Span, backfill
from users.calendar import ONE_DAY, LocalCalendar

PLATFORM = "ios"
# RuntimeError is how the zip module refuses encrypted and exotic archives.
_UNREADABLE = (ExportRefused, OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError)


class Command(BaseCommand):
    """Reads the file as a stream and stores only what fills gaps."""

    help = (
        "Fill days that are missing from export.zip or export.xml of Apple Health (Health app > "
        "picture > Export All Health Data). Days the phone has uploaded are left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whose file it is and which days to fill."""
        parser.add_argument("--email", required=True, help="whose export it is")
        parser.add_argument("--file", required=True, type=Path, help="export.zip or export.xml")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="YYYY-MM-DD")

    def handle(self, **options: Any) -> None:
        """Import, telling how far it is."""
        connection = self._connection(options["email"])
        now = timezone.now()
        span = _span(options["first"], options["last"], connection.person.calendar, now)
        try:
            with _opened(options["file"]) as stream:
                reader = ExportReader(stream)
                filled = backfill(
                    connection=connection,
                    samples=reader.samples(),
                    exported_at=lambda: reader.exported_at,
                    span=span,
                    now=now,
                    progress=lambda so_far: self._progress(reader, so_far),
                )
        except _UNREADABLE as error:
            raise CommandError(f"{options['file'].name}: {error}") from error
        self._report(filled, reader, span)

    def _connection(self, email: str) -> Connection:
        rows = Connection.objects.filter(person__email__iexact=email, provider__in=_relays())
        found = rows.select_related("person").first()
        if found is None:
            raise CommandError(f"{email} has no connection of an iPhone; connect the phone first.")
        return found

    def _progress(self, reader: ExportReader, filled: Filled) -> None:
        megabytes = reader.bytes_read // 1024**2
        self.stdout.write(
            f"{megabytes} MB read, {filled.read} step records, {filled.stored} stored, "
            f"{filled.days} days filled"
        )

    def _report(self, filled: Filled, reader: ExportReader, span: Span) -> None:
        unusable = filled.rejected + sum(reader.refused.values())
        self.stdout.write(
            f"Done: {filled.days} days from {span.first} to {span.last} filled with "
            f"{filled.stored} new records. Left alone: {filled.covered} on days the phone has "
            f"uploaded, {filled.outside} outside these days, {unusable} unusable."
        )


def _relays() -> list[str]:
    """The providers whose steps an iPhone pushes."""
    relays = (each for each in registry.all_providers() if each.kind == ProviderKind.RELAY)
    return [each.slug for each in relays if cast("RelayProvider", each).platform == PLATFORM]


def _span(first: date | None, last: date | None, calendar: LocalCalendar, now: datetime) -> Span:
    today = calendar.date_of(now)
    oldest = calendar.date_of(oldest_taken(now)) + ONE_DAY
    return Span(first=max(first or oldest, oldest), last=min(last or today, today))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open the XML itself or the one inside the zip, which is not unpacked to the disk."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive, archive.open(_member(archive)) as stream:
        yield cast(BinaryIO, stream)


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The health data: its name is translated in some languages, so the largest XML it is.

    ``export_cda.xml`` is the same data in a clinical format.
    """
    documents = [
        info
        for info in archive.infolist()
        if info.filename.lower().endswith(".xml") and "_cda" not in info.filename.lower()
    ]
    if not documents:
        raise ExportRefused("there is no export.xml inside")
    return max(documents, key=lambda info: info.file_size)
