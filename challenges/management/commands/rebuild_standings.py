"""``manage.py rebuild_standings``: make scores and boards again from the merged days."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from challenges import refill, scoring
from challenges.board_store import BoardUnavailable
from challenges.drift import drifts, frozen_drifts
from challenges.entrants import BOARDS
from challenges.models import Challenge
from challenges.open_challenges import open_challenges
from challenges.phases import is_open


class Command(BaseCommand):
    """Rebuilds every open challenge, or checks that rebuilding would change nothing."""

    help = (
        "Make standings of open challenges again from the merged days, then their boards in "
        "Redis. With --check nothing is written and the exit code says whether all agree; a "
        "frozen result can be named too, and is compared with what it was made of."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--challenge", help="id of one challenge; default: all open ones")
        parser.add_argument("--check", action="store_true", help="compare only, write nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run; raises ``CommandError`` for an unknown challenge or when a check finds something."""
        chosen = self._chosen(options["challenge"], frozen_too=options["check"])
        found = sum((self._check if options["check"] else self._rebuild)(one) for one in chosen)
        if found:
            raise CommandError(f"{found} numbers do not follow from the merged days.")
        self.stdout.write(self.style.SUCCESS(f"{len(chosen)} challenges agree."))

    def _chosen(self, wanted: str | None, *, frozen_too: bool) -> list[Challenge]:
        now = timezone.now()
        if wanted is None:
            return open_challenges(now)
        try:
            found = Challenge.objects.select_related("organization").filter(pk=uuid.UUID(wanted))
        except ValueError:
            found = Challenge.objects.none()
        chosen = [one for one in found if is_open(one, now) or (frozen_too and one.frozen_at)]
        if not chosen:
            raise CommandError(f"{wanted} is no open challenge.")
        return chosen

    def _check(self, challenge: Challenge) -> int:
        found = list((frozen_drifts if challenge.frozen_at else drifts)(challenge))
        for drift in found:
            self.stdout.write(f"{drift.what}: kept {drift.kept}, expected {drift.expected}")
        self.stdout.write(f"{challenge.pk} {challenge.name}: {len(found)} differences")
        return len(found)

    def _rebuild(self, challenge: Challenge) -> int:
        def show(done: int) -> None:
            self.stdout.write(f"{challenge.pk} {challenge.name}: {done} participants")

        scoring.rescore(challenge_id=challenge.pk, now=timezone.now(), progress=show)
        self._rebuild_boards(challenge)
        return len(list(drifts(challenge)))

    def _rebuild_boards(self, challenge: Challenge) -> None:
        try:
            for board in BOARDS.values():
                refill.build(board, challenge, now=timezone.now())
        except BoardUnavailable:
            self.stderr.write("Redis is not available: boards follow when it is.")
