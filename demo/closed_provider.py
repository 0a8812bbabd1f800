"""Somebody whose provider has closed since: connected while it was open, put to rest afterwards.

The load runs with ``PROVIDER_MISFIT_STATUS=available``, everybody else without: to them Misfit is
retired and the front door is shut, so the walk is made here.
"""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import requests
from django.utils import timezone

from demo import browser
from demo.cast import Persona
from integrations import connections
from sync import accounts
from sync.tasks import rest_retired
from users.models import User


def connect(persona: Persona, *, now: datetime) -> None:
    """Walk through the consent page and start reading.

    Raises ``browser.PageBroken`` and ``connections.ConnectRefused``.
    """
    person = User.objects.get(email=persona.email)
    page, _ = connections.begin_oauth(
        person=person, provider=persona.tracker, return_to="", now=now
    )
    with requests.Session() as session:
        callback = browser.press(session, page, account=persona.email)
    brought = parse_qs(urlsplit(callback).query)
    back_at = timezone.now()
    done = connections.complete_oauth(
        provider_slug=persona.tracker,
        state=brought["state"][0],
        code=brought["code"][0],
        error="",
        scope="",
        now=back_at,
    )
    accounts.start_polling(connection=done.connection, now=back_at)


def put_to_rest() -> None:
    """Let a worker, to whom the provider is retired, do at once what it does every minute."""
    rest_retired.delay()
