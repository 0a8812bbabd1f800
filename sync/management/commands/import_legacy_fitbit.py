"""`manage.py import_legacy_fitbit people.csv --organization Acme`: who had a Fitbit before."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrations import legacy_accounts
from integrations.legacy_accounts import Line, NotTaken
from integrations.providers.fitbit.provider import PROVIDER
from sync import outcomes
from users.models import Organization

PEOPLE = ("email", "e-mail", "user_id")
LEGACY = ("legacy_fitbit_id", "legacy_id", "fitbit_id")
MOST_BYTES = 20 * 1024 * 1024


class Command(BaseCommand):
    """Makes connections that only wait for each person to sign in with Google.

    The file has a header with `email` or `user_id`, and `legacy_fitbit_id`. Lines that cannot be
    taken are named with the reason and do not stop the others; running it again changes nothing.
    """

    help = "Bring people's old Fitbit accounts over (see docs/providers/fitbit.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, whose people they are, and whether to look only."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="its name or its id")
        parser.add_argument("--dry-run", action="store_true", help="look, and keep nothing")

    def handle(self, *_: Any, **options: Any) -> None:
        """Take line by line; ends with an error when any was refused."""
        organization = _organization(options["organization"])
        made = there = refused = 0
        for number, line in _lines(options["file"]):
            try:
                if self._take(line, organization, dry_run=options["dry_run"]):
                    made += 1
                else:
                    there += 1
            except NotTaken as reason:
                refused += 1
                self.stderr.write(f"line {number}: {reason}")
        done = "would be made" if options["dry_run"] else "made"
        self.stdout.write(f"{made} {done}, {there} there already, {refused} refused")
        if refused:
            raise CommandError(f"{refused} lines were refused")

    def _take(self, line: Line, organization: Organization, *, dry_run: bool) -> bool:
        now = timezone.now()
        row = legacy_accounts.bring(
            line=line, organization=organization, provider=PROVIDER.slug, dry_run=dry_run, now=now
        )
        if row is not None and not dry_run:
            outcomes.note_brokenness(person_id=row.person_id, now=now)
        return row is not None


def _organization(named: str) -> Organization:
    """The one of that name, or of that id where names are not enough."""
    try:
        rows = Organization.objects.filter(pk=UUID(named))
    except ValueError:
        rows = Organization.objects.filter(name=named)
    if len(rows) != 1:
        raise CommandError(f"{len(rows)} organizations are called {named!r}")
    return rows[0]


def _lines(path: Path) -> Iterator[tuple[int, Line]]:
    """The lines with their numbers; raises ``CommandError`` where the file is no such table."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CommandError("the file is too big")
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            person, legacy = _column(rows, PEOPLE), _column(rows, LEGACY)
            for row in rows:
                line = Line(person=row[person] or "", legacy_id=row[legacy] or "")
                yield rows.line_num, line
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"the file cannot be read: {type(error).__name__}") from None


def _column(rows: "csv.DictReader[str]", names: tuple[str, ...]) -> str:
    for column in rows.fieldnames or ():
        if column.strip().lower() in names:
            return column
    raise CommandError(f"the header has none of: {', '.join(names)}")
