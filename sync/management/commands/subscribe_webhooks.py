"""``manage.py subscribe_webhooks``: after setting a provider up, instead of waiting a day."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sync.webhooks.subscriptions import check


class Command(BaseCommand):
    """Makes, moves, renews and checks our webhook subscriptions; repeating it is harmless."""

    help = "Look after the webhook subscriptions of every provider that is set up and has one."

    def handle(self, *_: Any, **__: Any) -> None:
        """Show each provider; fail when one of them did."""
        found = check(now=timezone.now())
        for slug, trouble in found.items():
            self.stdout.write(f"{slug}: {trouble or 'nothing is wrong'}")
        if any(found.values()):
            raise CommandError("not every provider tells us of changes")
