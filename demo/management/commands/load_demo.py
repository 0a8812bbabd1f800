"""``manage.py load_demo``: a company that walks, so that there is something to look at."""

import time
from typing import Any

import requests
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import cast, keys, places, wake_up
from demo.browser import PageBroken
from demo.loader import DemoIncomplete, Loader
from demo.visitor import Refused
from users.models import Organization


class Command(BaseCommand):
    """Loads the demo once; afterwards it only renews the logins."""

    help = (
        "Fill a running Stepwell with demo data, through its own API and the sandbox providers "
        "(STEPWELL_SANDBOX_URL). For demonstrations only: everybody has the same password."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load; raises ``CommandError`` when something is missing or did not go as planned."""
        begun = time.monotonic()
        try:
            self._load(places.from_environment())
        except KeyError as error:
            raise CommandError(f"{error} is not set") from error
        except (DemoIncomplete, PageBroken, Refused, requests.RequestException) as error:
            raise CommandError(f"{error}; run it again to carry on") from error
        self._say(f"  demo data is ready ({time.monotonic() - begun:.1f} s)")

    def _load(self, where: places.Places) -> None:
        now = timezone.now()
        if keys.tells_of_loaded_demo(where):
            wake_up.phones_send(where, now=now)
            wake_up.watches_send(where, now=now)
            company = Organization.objects.get(name=cast.COMPANY)
            self._say("  demo data is there already")
        else:
            company = Loader(where, now=now, say=self._say).load()
        keys.write(where, company)
        self._say(f"  everybody's password: {cast.PASSWORD} (for the demo only)")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
