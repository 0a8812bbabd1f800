"""One row of everything that can be held about a person, and a way to find what that is."""

import uuid
from datetime import date, timedelta

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.apps import apps

from challenges.models import (
    Activity,
    AuditEntry,
    Correction,
    Match,
    Participant,
    ScoredDay,
    TeamStay,
)
from integrations.models import Credential, Device, Installation, OAuthAttempt
from notifications.models import (
    Badge,
    Delivery,
    FeedItem,
    Notification,
    PushAddress,
    Wishes,
)
from steps.models import (
    Bucket,
    CompleteWindow,
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
    ExportPart,
    NamedDay,
    Run,
    Schedule,
    SyncRequest,
    SyncRequestLine,
    WebhookNotice,
)
from tests.factories import (
    NOON,
    ChallengeFactory,
    ConnectionFactory,
    DayFactory,
    ParticipantFactory,
    TeamFactory,
)
from users.models import Group, User

LINKING_COLUMNS = {"person_id", "user_id", "connection_id", "installation_id"}
SECRETS = (
    "access-secret",
    "refresh-secret",
    "state-secret",
    "verifier-secret",
    "totp-secret",
    "push-secret",
)
FINAL = date(2026, 10, 31)


def models_about_people():
    """Walk every model that leads to a person: by foreign keys, or by the id of what is theirs."""
    reached, models = {User}, apps.get_models(include_auto_created=True)
    while True:
        found = {model for model in models if model not in reached and _leads(model, reached)}
        if not found:
            return reached
        reached |= found


def _leads(model, reached):
    fields = model._meta.concrete_fields
    by_key = any(field.related_model in reached for field in fields if field.is_relation)
    return by_key or any(f.name in LINKING_COLUMNS for f in fields if not f.is_relation)


def counts():
    return {model: model._default_manager.count() for model in models_about_people()}


def fill(person):
    """Give the person one row of everything, in their organization."""
    group, _ = Group.objects.get_or_create(
        organization=person.organization, kind=Group.Kind.SITE, name="Berlin"
    )
    person.groups.add(group)
    address = EmailAddress.objects.create(user=person, email=person.email, primary=True)
    EmailConfirmation.create(address)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "totp-secret"})
    tracker = _tracker(person)
    phone = _phone(person)
    _readings(person, phone)
    _work(person, tracker)
    take_part(person)
    _messages(person)
    return tracker, phone


def _messages(person):
    challenge = ChallengeFactory(organization=person.organization)
    note = Notification.objects.create(
        person=person, kind="started", key=f"started:{challenge.pk}", created_at=NOON
    )
    Delivery.objects.create(notification=note, channel="email", due_at=NOON)
    Wishes.objects.create(person=person)
    PushAddress.objects.create(
        person=person,
        platform="ios",
        address="push-secret",
        address_hash=f"hash-{person.pk}",
        created_at=NOON,
    )
    Badge.objects.create(challenge=challenge, person=person, code="day_10k", earned_on=NOON.date())
    FeedItem.objects.create(
        challenge=challenge, person=person, kind="badge", key=f"badge:{person.pk}", at=NOON
    )


def _tracker(person):
    row = ConnectionFactory(person=person, account_label=f"{person.display_name} at Fitbit")
    Credential.objects.create(
        connection=row,
        access_token="access-secret",
        refresh_token="refresh-secret",
        expires_at=NOON,
    )
    Device.objects.create(connection=row, external_id="d1", name="Charge 6", kind="tracker")
    Schedule.objects.create(connection=row, next_sync_at=NOON)
    NamedDay.objects.create(connection=row, date=NOON.date(), named_at=NOON)
    WebhookNotice.objects.create(
        connection=row,
        kind="changed",
        digest=f"digest-{person.pk}",
        keyed=False,
        payload=b'{"healthUserId": "7700"}',
        received_at=NOON,
        due_at=NOON,
    )
    OAuthAttempt.objects.create(
        state_hash=f"state-secret-{person.pk}",
        person=person,
        provider="fitbit",
        code_verifier="verifier-secret",
        expires_at=NOON,
    )
    return row


def _phone(person):
    row = ConnectionFactory(person=person, provider="healthkit", account_id="")
    return Installation.objects.create(
        connection=row, token_hash=f"hash-{person.pk}", model="iPhone17,1", created_at=NOON
    )


def _readings(person, phone):
    ids = {"person": person, "connection_id": phone.connection_id}
    source = Source.objects.create(
        **ids, key="w", name="Watch", provider="healthkit", kind="watch", first_seen_at=NOON
    )
    report = Report.objects.create(**ids, via="upload", as_of=NOON, received_at=NOON)
    said = {"source": source, "steps": 842, "as_of": NOON, "report": report}
    Sample.objects.create(
        **ids,
        **said,
        installation_id=phone.pk,
        external_id="s1",
        start=NOON - timedelta(minutes=9),
        end=NOON,
        written_at=NOON,
    )
    Bucket.objects.create(person=person, **said, date=date(2026, 11, 20), whole_day=True)
    DayFactory(person=person, date=date(2026, 11, 20), steps=842, source=source)
    DayChange.objects.create(
        person=person, date=date(2026, 11, 20), at=NOON, steps_after=842, why="test", report=report
    )
    Tombstone.objects.create(connection_id=phone.connection_id, external_id="gone", deleted_at=NOON)
    CompleteWindow.objects.create(
        installation_id=phone.pk, start=NOON - timedelta(days=1), end=NOON, as_of=NOON
    )
    FoldedDay.objects.create(
        person=person, source=source, date=date(2026, 8, 1), hours=[842], reported=842, as_of=NOON
    )
    Finding.objects.create(
        person=person, date=date(2026, 11, 20), code="day_high", severity="note", found_at=NOON
    )
    Freshness.objects.create(person=person, confirmed_at=NOON)


def _work(person, tracker):
    run = Run.objects.create(connection=tracker, trigger="poll", state="queued", requested_at=NOON)
    request = SyncRequest.objects.create(person=person, created_at=NOON)
    SyncRequestLine.objects.create(
        request=request, connection=tracker, outcome="queued", run=run, steps_before=842
    )
    export = Export.objects.create(
        person=person, state="done", created_at=NOON, finished_at=NOON, size=2
    )
    ExportPart.objects.create(export=export, number=0, content=b"{}")


def take_part(person, *, ends_on=FINAL, score=9000, team=None, **more):
    """Let the person stand in a challenge of their organization with one scored day."""
    challenge = team.challenge if team else _challenge(person, ends_on)
    team = team or TeamFactory(challenge=challenge, name=f"Team of {uuid.uuid4()}")
    row = ParticipantFactory(
        challenge=challenge, person=person, team=team, score=score, steps=score, **more
    )
    ScoredDay.objects.create(participant=row, date=challenge.starts_on, steps=score, counted=score)
    TeamStay.objects.create(participant=row, team=team, last=challenge.starts_on)
    Match.objects.create(challenge=challenge, round=0, place=row.pk, home=row)
    AuditEntry.objects.create(
        organization=person.organization, challenge=challenge, at=NOON, actor=person, action="test"
    )
    Correction.objects.create(
        participant=row, date=challenge.starts_on, frozen=score, counted=score + 1, at=NOON
    )
    Activity.objects.get_or_create(
        person=person,
        date=challenge.starts_on,
        kind="moderate_minutes",
        defaults={"amount": 30, "entered_at": NOON},
    )
    team.score += score
    team.save()
    return Participant.objects.get(pk=row.pk)


def _challenge(person, ends_on):
    return ChallengeFactory(
        organization=person.organization, starts_on=ends_on - timedelta(days=29), ends_on=ends_on
    )
