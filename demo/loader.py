"""Loads the demo: each stage looks what is there already, so a broken-off load can be repeated."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import requests
from django.db.models import QuerySet

from demo import (
    cast,
    closed_provider,
    news,
    phones,
    private_json,
    programme,
    roster,
    trackers,
    troubles,
)
from demo.cast import Persona, Tracker, Trouble
from demo.crowd import everybody
from demo.places import Places
from demo.sandbox_control import SandboxControl
from integrations import registry
from integrations.models import Connection, ConnectionStatus
from users.models import Organization

FIRST_SYNC_SECONDS = 60
LOOK_EVERY_SECONDS = 0.2
EXPECTED = {Trouble.REFUSED_AT_CONNECT: "account_not_linked"}
Say = Callable[[str], None]


class DemoIncomplete(Exception):
    """Something did not happen as planned; loading again carries on."""


class Loader:
    """One load of the demo at ``now``."""

    def __init__(self, places: Places, *, now: datetime, say: Say) -> None:
        self._places = places
        self._now = now
        self._say = say
        self._people = cast.company()
        self._sandbox = SandboxControl(places.sandbox_url)

    def load(self) -> Organization:
        """Do whatever is missing, and return the company."""
        with self._stage("people and departments"):
            company = roster.ensure(cast.COMPANY, self._people)
            bakery = roster.ensure(cast.BAKERY, cast.bakery())
        with self._stage("challenges, teams and who takes part"):
            self._plan(company, bakery)
        with self._stage("accounts in the sandbox") as note:
            note(trackers.ensure_accounts(self._sandbox, self._people, now=self._now))
        with self._stage("phones connected, four weeks sent") as note:
            note(self._connect_phones())
        with self._stage("trackers connected through consent pages") as note:
            note(self._connect_trackers() + self._connect_retired())
        with self._stage("first readings of trackers"):
            self._await_first_readings()
        with self._stage("webhooks of Google turned on"):
            self._hear_of_changes()
        with self._stage("things that go wrong afterwards") as note:
            note(self._break_some())
        with self._stage("a result frozen, messages and feed written"):
            self._conclude(company)
        return company

    def _plan(self, company: Organization, bakery: Organization) -> None:
        ensure = partial(programme.ensure, today=self._today(company), now=self._now)
        for plan in (programme.LIVE, programme.UPCOMING, programme.DRAFT):
            ensure(company, plan)
        ensure(bakery, programme.BAKERY_PLAN)

    def _conclude(self, company: Organization) -> None:
        """Freeze what is over, and tell people at once what the clock would tell them soon."""
        programme.finish(company, programme.OVER, today=self._today(company), now=self._now)
        news.tell()

    def _today(self, company: Organization) -> date:
        return self._now.astimezone(ZoneInfo(company.timezone)).date()

    def _connect_phones(self) -> int:
        base_url = self._places.base_url
        owners = self._owners({Tracker.PHONE}, done=Connection.objects.exclude(last_data_at=None))
        made = everybody(owners, partial(phones.connect, base_url=base_url))
        tokens = {phone.persona.email: phone.token for phone in made}
        private_json.write(self._places.phones, private_json.read(self._places.phones) | tokens)
        everybody(made, partial(phones.send_history, base_url=base_url, now=self._now))
        for persona in owners:
            if persona.trouble is Trouble.TRACKER_SILENT:
                troubles.silence_phone(persona, now=self._now)
        return len(owners)

    def _connect_trackers(self) -> int:
        owners = self._owners(cast.CLOUDS, done=Connection.objects.all())
        codes = everybody(owners, partial(trackers.connect, base_url=self._places.base_url))
        wrong = [
            f"{persona.email}: {code}"
            for persona, code in zip(owners, codes, strict=True)
            if code != EXPECTED.get(persona.trouble, "connected")
        ]
        if wrong:
            raise DemoIncomplete(f"could not be connected: {', '.join(wrong)}")
        self._push_days()
        return len(owners)

    def _push_days(self) -> None:
        base_url, heard = self._places.base_url, Connection.objects.exclude(last_data_at=None)
        for persona in self._owners({Tracker.GARMIN}, done=heard):
            trackers.push_days(persona, sandbox=self._sandbox, base_url=base_url, now=self._now)

    def _connect_retired(self) -> int:
        owners = self._owners({Tracker.MISFIT}, done=Connection.objects.all())
        for persona in owners:
            closed_provider.connect(persona, now=self._now)
        return len(owners)

    def _await_first_readings(self) -> None:
        waiting = Connection.objects.filter(
            person__email__endswith=cast.COMPANY_DOMAIN,
            status=ConnectionStatus.ACTIVE,
            last_data_at=None,
        )
        deadline = time.monotonic() + FIRST_SYNC_SECONDS
        while waiting.exists():
            if time.monotonic() > deadline:
                raise DemoIncomplete(f"{waiting.count()} connections were not read in time")
            time.sleep(LOOK_EVERY_SECONDS)
        closed_provider.put_to_rest()

    def _hear_of_changes(self) -> None:
        """Let the sandbox tell of changes; without that polling alone brings them."""
        secret = registry.config_of("fitbit").values.get("webhook_secret", "")
        url = f"{self._places.base_url}/webhooks/fitbit"
        try:
            self._sandbox.tell_of_changes(url=url, secret=secret)
        except requests.RequestException as error:
            self._say(f"  Webhooks stay off: {type(error).__name__}")

    def _break_some(self) -> int:
        broken = Connection.objects.exclude(status=ConnectionStatus.ACTIVE)
        unlucky = [
            persona
            for persona in self._owners({Tracker.FITBIT}, done=broken)
            if persona.trouble in troubles.AFTER_CONNECTING
        ]
        everybody(
            unlucky,
            partial(troubles.befall, base_url=self._places.base_url, sandbox=self._sandbox),
        )
        return len(unlucky)

    def _owners(self, kinds: Collection[Tracker], *, done: QuerySet[Connection]) -> list[Persona]:
        """Return who has such a tracker, but none of the ``done`` connections."""
        emails = set(done.filter(provider__in=kinds).values_list("person__email", flat=True))
        return [p for p in self._people if p.tracker in kinds and p.email not in emails]

    @contextmanager
    def _stage(self, what: str) -> Iterator[Callable[[int], None]]:
        """Report a stage with its seconds, and with how many it was for if told."""
        begun = time.monotonic()
        counts: list[int] = []
        yield counts.append
        number = f"{counts[0]} " if counts else ""
        self._say(f"  {number}{what} ({time.monotonic() - begun:.1f} s)")
