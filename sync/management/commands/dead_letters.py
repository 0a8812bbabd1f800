"""``manage.py dead_letters list|replay``: what failed for good, and trying it again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sync.watch import dead_letters


class Command(BaseCommand):
    """Lists what was given up, or has one or all of a kind tried again."""

    help = "List what failed for good, or have it tried again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and for a replay the kind and the id (all of the kind without one)."""
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="what there is, newest first")
        listing.add_argument("--limit", type=int, default=100, help="at most so many of each kind")
        again = actions.add_parser("replay", help="try again")
        again.add_argument("kind", choices=sorted(dead_letters.KINDS))
        again.add_argument("subject", nargs="?", help="the id; without it all of the kind")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it and say what was done."""
        if options["action"] == "list":
            self._list(options["limit"])
        else:
            self._replay(options["kind"], options["subject"])

    def _list(self, limit: int) -> None:
        for letter in dead_letters.listed(limit=max(limit, 0)):
            since = f"{letter.since:%Y-%m-%d %H:%M:%S}" if letter.since else "-"
            words = (letter.kind, letter.subject, letter.provider or "-", since, letter.reason)
            self.stdout.write("\t".join(words))

    def _replay(self, kind: str, subject: str | None) -> None:
        now = timezone.now()
        if subject is None:
            self.stdout.write(f"{dead_letters.replay_all(kind=kind, now=now)} tried again")
            return
        try:
            dead_letters.replay(kind=kind, subject=subject, now=now)
        except dead_letters.UnknownLetter:
            raise CommandError(f"There is no dead {kind} with the id {subject}.") from None
        self.stdout.write("tried again")
