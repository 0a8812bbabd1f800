"""``manage.py rebuild_days``: derive merged days again from the facts, or prove that they agree."""

import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from steps.rebuild import days_known
from sync import repair
from sync.management.pace import Pace
from users.models import Organization, User


class Command(BaseCommand):
    """Rebuilds days of one person, one organization or everybody, a person per transaction."""

    help = (
        "Derive merged days again from what sources reported. What differs is repaired, kept in "
        "the day's history as 'rebuilt', and scored in challenges that are still open. With "
        "--check nothing is written: differences are named and the exit code is 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--person", help="e-mail address of one person")
        who.add_argument("--organization", type=uuid.UUID, help="id of one organization")
        who.add_argument("--all", action="store_true", help="everybody")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first local day")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last local day")
        parser.add_argument("--check", action="store_true", help="compare only, write nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run; raises ``CommandError`` for somebody unknown or when a check finds something."""
        count, people = self._people(options)
        pace = Pace(self.stderr, total=count, of="people")
        days = different = 0
        for done, person in enumerate(people, start=1):
            dates = days_known(person=person, first=options["first"], last=options["last"])
            days += len(dates)
            different += self._one(person, dates, check=options["check"])
            pace.show(done)
        pace.end()
        self._sum_up(days, different, check=options["check"])

    def _people(self, options: dict[str, Any]) -> tuple[int, Iterator[User]]:
        people = User.objects.order_by("pk")
        if options["person"]:
            people = people.filter(email__iexact=options["person"])
        elif options["organization"]:
            if not Organization.objects.filter(pk=options["organization"]).exists():
                raise CommandError(f"{options['organization']} is no organization.")
            people = people.filter(organization_id=options["organization"])
        count = people.count()
        if options["person"] and not count:
            raise CommandError(f"{options['person']} is nobody's address.")
        return count, people.iterator(chunk_size=500)

    def _one(self, person: User, dates: list[date], *, check: bool) -> int:
        if not check:
            return len(repair.rebuild_days(person_id=person.pk, dates=dates, now=timezone.now()))
        found = repair.differing(person=person, dates=dates)
        for each in found:
            self.stdout.write(
                f"{person.email} {each.date}: kept {each.kept[0]}, with hand-typed {each.kept[1]}; "
                f"the facts say {each.said[0]}, with hand-typed {each.said[1]}"
            )
        return len(found)

    def _sum_up(self, days: int, different: int, *, check: bool) -> None:
        if check and different:
            raise CommandError(f"{different} of {days} days do not follow from their facts.")
        done = f"{days} days agree." if check else f"{days} days rebuilt, {different} repaired."
        self.stdout.write(self.style.SUCCESS(done))
