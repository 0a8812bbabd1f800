"""`manage.py fitbit_subscriber create|check|list|delete`: our webhook subscriber at Google."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrations import registry
from integrations.errors import ProviderFailure
from integrations.providers.fitbit import subscribers
from integrations.providers.fitbit.provider import PROVIDER
from integrations.providers.fitbit.subscribers import Subscribers


class Command(BaseCommand):
    """Makes and looks after the one subscriber that tells us of every connected Fitbit account."""

    help = "Manage the webhook subscriber of the Google Health API (see docs/webhooks.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and with which subscriber."""
        parser.add_argument("action", choices=["create", "check", "list", "delete"])
        parser.add_argument("--id", default=subscribers.USUAL_ID, help="the subscriber's id")
        parser.add_argument(
            "--url",
            default=f"{settings.BASE_URL}/webhooks/{PROVIDER.slug}",
            help="our public address; the default follows BASE_URL",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it; a refusal becomes one line of plain words."""
        try:
            found = self._open()
            getattr(self, f"_{options['action']}")(found, options["id"], options["url"])
        except ProviderFailure as failure:
            raise CommandError(failure.detail) from None

    def _open(self) -> Subscribers:
        config = registry.config_of(PROVIDER.slug)
        api_url = PROVIDER.api_url(config)
        return subscribers.open_for(config, api_url, now=timezone.now(), clock=timezone.now)

    def _create(self, found: Subscribers, subscriber_id: str, url: str) -> None:
        newest = registry.config_of(PROVIDER.slug).values.get("webhook_secret", "").split(",")[0]
        if not newest.strip():
            raise CommandError("set PROVIDER_FITBIT_WEBHOOK_SECRET first, and restart")
        made = found.keep(subscriber_id, url=url, secret=newest.strip())
        self.stdout.write(f"{subscriber_id} {'made' if made else 'brought up to date'}: {url}")

    def _check(self, found: Subscribers, subscriber_id: str, url: str) -> None:
        del subscriber_id
        trouble = subscribers.trouble(found.all(), url)
        if trouble:
            raise CommandError(trouble)
        self.stdout.write(f"active: {url}")

    def _list(self, found: Subscribers, subscriber_id: str, url: str) -> None:
        del subscriber_id, url
        for each in found.all():
            types = ",".join(
                kind for config in each.subscriber_configs for kind in config.data_types
            )
            self.stdout.write(f"{each.id}\t{each.state}\t{types}\t{each.endpoint_uri}")

    def _delete(self, found: Subscribers, subscriber_id: str, url: str) -> None:
        del url
        found.delete(subscriber_id)
        self.stdout.write(f"{subscriber_id} deleted")
