"""Takes a phone's upload: readings, deletions and the phone's state, all in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db import transaction

from challenges.scoring import record_days
from integrations import registry, tallies
from integrations.models import Connection, Installation
from integrations.relay1 import RelayInstallation, RelayUpload
from steps import days, freshness, ledger, retention
from steps.readings import Delivery, Recorded
from sync import relay_notes
from sync.needs import first_day_needed
from sync.relay_hold import hold
from sync.relay_intake import phone_delivery
from users import binary
from users.calendar import ONE_DAY
from users.models import User, known_zones

PLAN_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an upload; ``days`` are the merged days it spoke about."""

    recorded: Recorded
    days: list[dict[str, Any]]


class PhoneNews(Protocol):
    """What an upload in any format tells of the phone itself."""

    @property
    def installation(self) -> RelayInstallation | None:
        """The app and the phone it runs on."""

    @property
    def status(self) -> dict[str, Any] | None:
        """The state the phone is in."""

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, by the phone's clock."""


def take_upload(*, installation: Installation, upload: RelayUpload, now: datetime) -> Taken:
    """Store a ``relay/1`` upload durably and answer with the days it touched."""
    connection = installation.connection
    delivery = phone_delivery(
        upload=upload,
        installation=installation,
        provider_name=registry.get(connection.provider).name,
        zone=_zone(upload, connection.person),
        received_at=now,
    )
    return take(installation=installation, delivery=delivery, news=upload, now=now)


@transaction.atomic
def take(
    *,
    installation: Installation,
    delivery: Delivery,
    news: PhoneNews,
    cause: str = "",
    now: datetime,
) -> Taken:
    """Store what a phone said, in whichever format it came, and answer with the days it touched.

    ``cause`` is why steps that were sent cannot be counted; it stays on the connection until an
    upload can be counted again.
    """
    connection = installation.connection
    person = connection.person
    hold(installation)
    with binary.in_one_trip():
        recorded = ledger.record(delivery, why="phone_upload")
        note_phone(installation=installation, news=news, now=now)
        _note_readings(connection, recorded, cause, now)
        record_days(person_id=person.pk, dates=recorded.changed, now=now)
    tallies.count("uploads", connection.provider, cause or "ok")
    return Taken(recorded=recorded, days=_days(person, recorded, now))


def _zone(upload: RelayUpload, person: User) -> ZoneInfo:
    name = upload.time_zone
    return ZoneInfo(name) if name and name in known_zones() else person.zone


def note_phone(*, installation: Installation, news: PhoneNews, now: datetime) -> None:
    """Remember what an upload tells of the phone: versions, permissions, clock.

    The caller holds the phone.
    """
    described = news.installation
    if described is not None:
        installation.external_id = described.id or ""
        installation.platform = described.platform or installation.platform
        installation.os_version = described.os or ""
        installation.app_version = described.app or ""
        installation.model = described.model or ""
    if news.sent_at is not None:
        installation.clock_skew_seconds = _skew(news.sent_at, now)
    _note_alive(installation, news.status, now)


@transaction.atomic
def note_heartbeat(
    *, installation: Installation, status: dict[str, Any] | None, now: datetime
) -> None:
    """Remember that the phone is alive, and its state where it told one."""
    hold(installation)
    _note_alive(installation, status, now)


def _note_alive(installation: Installation, status: dict[str, Any] | None, now: datetime) -> None:
    if status is not None:
        installation.status = status
    installation.last_seen_at = now
    relay_notes.write_phone(installation)


def _skew(sent_at: datetime, now: datetime) -> int:
    """Seconds the phone's clock runs ahead, kept within what the column holds."""
    return max(-(2**31), min(2**31 - 1, round((sent_at - now).total_seconds())))


def _note_readings(connection: Connection, recorded: Recorded, cause: str, now: datetime) -> None:
    relay_notes.write_upload(
        connection_id=connection.pk, changed=sorted(recorded.changed), cause=cause, now=now
    )
    if recorded.touched:
        freshness.confirm(person_id=connection.person_id, at=now)


def _days(person: User, recorded: Recorded, now: datetime) -> list[dict[str, Any]]:
    status_of = days.statuses(person.calendar, now)
    steps = ledger.steps_of(recorded, person_id=person.pk)
    return [
        {"date": day.isoformat(), "steps": steps[day], "status": status_of(day).value}
        for day in sorted(recorded.touched)
    ]


def plan(*, installation: Installation, now: datetime) -> list[dict[str, Any]]:
    """Say what is missing: the last 3 days always, and back to the challenge's start once."""
    person = installation.connection.person
    today = person.calendar.date_of(now)
    first = today - timedelta(days=PLAN_DAYS - 1)
    needed = first_day_needed(person_id=person.pk, now=now)
    if installation.connection.last_data_at is None and needed is not None:
        oldest = person.calendar.date_of(retention.oldest_taken(now)) + ONE_DAY
        first = max(min(first, needed), oldest)
    return [
        {
            "from": person.calendar.begins(first),
            "to": person.calendar.begins(today + ONE_DAY),
            "granularity": "sample",
        }
    ]
