"""``manage.py subscribe_webhooks``: after setting a provider up, instead of waiting a day."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.subscriptions import keep_all


class Command(BaseCommand):
    """Makes, moves and renews our webhook subscriptions; repeating it is harmless."""

    help = "Subscribe to the webhooks of every provider that is set up and wants it."

    def handle(self, *_: Any, **__: Any) -> None:
        """Show each provider; fail when one of them did."""
        outcomes = keep_all(now=timezone.now())
        for slug, cause in outcomes.items():
            self.stdout.write(f"{slug}: {cause or 'subscribed'}")
        if any(outcomes.values()):
            raise CommandError("not every subscription could be made; the log has the details")
