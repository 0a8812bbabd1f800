"""Everything held about a person as one JSON document, written piece by piece.

The document is an object: ``person``, then one list per kind of record, each record with the
columns of its table. Instants are RFC 3339 UTC, days are local to the person. Secrets (passwords,
tokens and what guards a sign-in) are left out: they prove who somebody is and tell nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import F, Model, Q

from challenges.models import Activity, AuditEntry, Correction, Participant, ScoredDay, TeamStay
from integrations.models import Connection, Credential, Device, Installation, OAuthAttempt
from notifications.models import Badge, Delivery, FeedItem, Notification, PushAddress, Wishes
from notifications.naming import without_others
from steps.erasure import OTHERS
from steps.models import (
    Bucket,
    CompleteWindow,
    Day,
    DayChange,
    Finding,
    FoldedDay,
    Freshness,
    Report,
    Sample,
    Source,
    Tombstone,
)
from sync.models import (
    Export,
    NamedDay,
    Run,
    Schedule,
    SyncRequest,
    SyncRequestLine,
    WebhookNotice,
)
from users.models import User

Row = dict[str, Any]
FORMAT = "stepwell-export/1"
ROWS_AT_ONCE = 2000
_encode = msgspec.json.Encoder(decimal_format="number").encode


def _by(path: str) -> Callable[[int], Q]:
    return lambda person_id: Q((path, person_id))


def _by_connection(person_id: int) -> Q:
    return Q(connection_id__in=Connection.objects.filter(person=person_id).values("pk"))


def _by_phone(person_id: int) -> Q:
    phones = Installation.objects.filter(connection__person=person_id)
    return Q(installation_id__in=phones.values("pk"))


def _without_others(finding: Row) -> Row:
    """A finding that compares people tells nobody who the others are."""
    seen = {key: value for key, value in finding["evidence"].items() if key != OTHERS}
    return finding | {"evidence": seen}


def _readable(notice: Row) -> Row:
    """A provider's message is kept as bytes of JSON."""
    return notice | {"payload": msgspec.json.decode(bytes(notice["payload"]))}


def _without_overtakers(message: Row) -> Row:
    """A message that names somebody else tells nobody who it was."""
    return message | {"facts": without_others(message["facts"])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One list of the document: the rows of ``model`` that ``whose`` finds for a person.

    ``without`` names columns that are secrets, ``also`` what is read from other tables, ``shown``
    takes away what is about somebody else.
    """

    name: str
    model: type[Model]
    whose: Callable[[int], Q] = field(default=_by("person"))
    without: frozenset[str] = frozenset()
    also: Mapping[str, F] = field(default_factory=dict)
    shown: Callable[[Row], Row] = field(default=dict)

    def rows(self, person_id: int) -> Iterator[Row]:
        """Read the records, oldest key first, never all at once."""
        columns = [column for column in columns_of(self.model) if column not in self.without]
        found = self.model._default_manager.filter(self.whose(person_id)).order_by("pk")  # noqa: SLF001 - Django's documented name
        return map(
            self.shown, found.values(*columns, **self.also).iterator(chunk_size=ROWS_AT_ONCE)
        )


SECTIONS = (
    Section(name="email_addresses", model=EmailAddress, whose=_by("user")),
    Section(
        name="sign_in_factors",
        model=Authenticator,
        whose=_by("user"),
        without=frozenset({"data"}),
    ),
    Section(name="connections", model=Connection),
    Section(
        name="connection_tokens",
        model=Credential,
        whose=_by("connection__person"),
        without=frozenset({"access_token", "refresh_token"}),
    ),
    Section(
        name="connection_attempts",
        model=OAuthAttempt,
        without=frozenset({"state_hash", "code_verifier"}),
    ),
    Section(
        name="phones",
        model=Installation,
        whose=_by("connection__person"),
        without=frozenset({"token_hash"}),
    ),
    Section(name="trackers", model=Device, whose=_by("connection__person")),
    Section(
        name="provider_messages",
        model=WebhookNotice,
        whose=_by("connection__person"),
        without=frozenset({"digest"}),
        shown=_readable,
    ),
    Section(name="days_to_read", model=NamedDay, whose=_by("connection__person")),
    Section(name="schedules", model=Schedule, whose=_by("connection__person")),
    Section(name="syncs", model=Run, whose=_by("connection__person")),
    Section(name="sync_requests", model=SyncRequest),
    Section(name="sync_request_lines", model=SyncRequestLine, whose=_by("request__person")),
    Section(name="sources", model=Source),
    Section(name="reports", model=Report),
    Section(name="samples", model=Sample),
    Section(name="deleted_samples", model=Tombstone, whose=_by_connection),
    Section(name="complete_windows", model=CompleteWindow, whose=_by_phone),
    Section(name="buckets", model=Bucket),
    Section(name="days", model=Day),
    Section(name="folded_days", model=FoldedDay),
    Section(name="day_changes", model=DayChange),
    Section(name="findings", model=Finding, shown=_without_others),
    Section(name="freshness", model=Freshness),
    Section(
        name="participations",
        model=Participant,
        also={"challenge_name": F("challenge__name"), "team_name": F("team__name")},
    ),
    Section(name="scored_days", model=ScoredDay, whose=_by("participant__person")),
    Section(name="team_stays", model=TeamStay, whose=_by("participant__person")),
    Section(name="late_corrections", model=Correction, whose=_by("participant__person")),
    Section(name="activities", model=Activity),
    Section(
        name="staff_actions",
        model=AuditEntry,
        whose=_by("actor"),
        without=frozenset({"subject", "before", "after"}),
    ),
    Section(name="notifications", model=Notification, shown=_without_overtakers),
    Section(name="notification_deliveries", model=Delivery, whose=_by("notification__person")),
    Section(name="notification_wishes", model=Wishes),
    Section(name="push_devices", model=PushAddress, without=frozenset({"address", "address_hash"})),
    Section(name="badges", model=Badge),
    Section(name="feed_items", model=FeedItem),
    Section(name="exports", model=Export),
)


def columns_of(model: type[Model]) -> list[str]:
    """Return the names of a table's columns as the ORM reads them."""
    return [column.attname for column in model._meta.concrete_fields]  # noqa: SLF001 - Django's documented name


def document(person: User, *, now: datetime) -> Iterator[bytes]:
    """Yield the document in pieces; read in one transaction, so that cursors can stay open."""
    head = {"format": FORMAT, "exported_at": now, "person": _about(person)}
    yield _encode(head).removesuffix(b"}")
    for section in SECTIONS:
        yield b",\n" + _encode(section.name) + b":["
        yield from listed(section.rows(person.pk))
        yield b"]"
    yield b"}\n"


def _about(person: User) -> dict[str, Any]:
    """The person's own row, with the company and the groups by name."""
    row = {name: getattr(person, name) for name in columns_of(User) if name != "password"}
    groups = list(person.groups.order_by("kind", "name").values("kind", "name"))
    return row | {"organization": person.organization.name, "groups": groups}


def listed(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield rows as the inside of a JSON list, one per line."""
    between = b"\n"
    for row in rows:
        yield between + _encode(row)
        between = b",\n"


def packed(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Join pieces into larger ones of ``size`` bytes or a little more; the last may be smaller."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= size:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)
