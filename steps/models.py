"""Facts (what sources claimed) and the local days derived from them.

Facts are only ever replaced by a newer statement about the same window, never added to. Days
are derived: ``steps.rebuild`` makes them again from the facts alone.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

# A source key that carries a UUID names one device, and a sample id that is a UUID one sample in
# the world. One id in sixteen is enough to recognise a copied set, at a sixteenth of an index.
DEVICE_KEY = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
SPOT_CHECKED_END = "0"
SPOT_CHECKED_ID = f"^[0-9A-Fa-f]{{8}}(-[0-9A-Fa-f]{{4}}){{3}}-[0-9A-Fa-f]{{11}}{SPOT_CHECKED_END}$"
# What the keys of sources begin with that were read from a file which a person can edit.
IMPORTED_KEY = "export:"


class Channel(models.TextChoices):
    """How the numbers of a source come about; per local day exactly one channel counts."""

    RAW = "raw"  # overlapping samples, swept here
    MERGED = "merged"  # de-duplicated on the phone before they came
    CLOUD = "cloud"  # day totals of a tracker's cloud


class SourceKind(models.TextChoices):
    """What kind of thing counted the steps; decides the default order of sources."""

    WATCH = "watch"
    BAND = "band"
    RING = "ring"
    PHONE = "phone"
    APP = "app"
    CLOUD = "cloud"
    MANUAL = "manual"


class Source(models.Model):
    """One thing that counts a person's steps and reaches us over one connection.

    ``key`` is stable within the connection (bundle id and product for phone samples, ``cloud`` for
    a tracker's totals, ``merged`` for a phone's own statistics). ``position`` is the person's own
    order (1 wins) or null for the default order by kind. ``earlier`` remembers how closed days were
    worked out, as ``[first local day it no longer holds for, position, hidden]``, oldest first. Raw
    samples of days before ``folded_before`` are no longer kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sources", db_index=False
    )
    connection_id = models.UUIDField(db_index=True)
    key = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    provider = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=SourceKind.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    position = models.PositiveSmallIntegerField(null=True)
    hidden = models.BooleanField(default=False)
    earlier = models.JSONField(default=list)
    folded_before = models.DateField(null=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "connection_id", "key"], name="source_key_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["key"], condition=models.Q(key__regex=DEVICE_KEY), name="source_device_key"
            ),
            models.Index(
                fields=["folded_before"],
                condition=models.Q(channel="raw"),
                name="source_to_fold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.provider})"


class Report(models.Model):
    """One delivery of facts: a poll's answer, a phone's upload, an import.

    Old ones that nothing names any more are dropped (``steps.old_reports``).
    """

    class Via(models.TextChoices):
        """How the delivery reached us."""

        POLL = "poll"
        UPLOAD = "upload"
        IMPORT = "import"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports", db_index=False
    )
    connection_id = models.UUIDField()
    via = models.CharField(max_length=8, choices=Via.choices)
    as_of = models.DateTimeField()
    received_at = models.DateTimeField()
    batch_id = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "received_at"], name="report_person_received")
        ]

    def __str__(self) -> str:
        return f"{self.via} {self.id} as of {self.as_of:%Y-%m-%d %H:%M}Z"


class Sample(models.Model):
    """A raw interval one source measured: ``steps`` between two instants (UTC).

    ``external_id`` is the platform's identity of the sample in the connection. Of two statements
    about one id the later ``(written_at, as_of)`` holds, of two as old the one received later;
    ``written_at`` is the start of 1970 where nobody told it. ``installation_id`` is the phone that
    stated it last; only that phone's complete windows may remove it.

    The database does not check ``source`` and ``report``, here and on buckets: without an index of
    their own, which would cost more than it gives, each deleted source or report would read the
    whole table. Whoever deletes those deletes their facts before. Nor does it check ``person``,
    which would be a sixth of what a sample costs: whoever writes samples holds the person's row.
    """

    pk = models.CompositePrimaryKey("connection_id", "external_id")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    source = models.ForeignKey(
        Source, models.DO_NOTHING, related_name="samples", db_index=False, db_constraint=False
    )
    connection_id = models.UUIDField()
    installation_id = models.UUIDField(null=True)
    external_id = models.CharField(max_length=120)
    start = models.DateTimeField()
    end = models.DateTimeField()
    steps = models.DecimalField(max_digits=12, decimal_places=3)
    manual = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    as_of = models.DateTimeField()
    report = models.ForeignKey(
        Report, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "end"], name="sample_person_end"),
            models.Index(
                fields=["external_id"],
                condition=models.Q(external_id__endswith=SPOT_CHECKED_END),
                name="sample_spot_checked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.steps} from {self.start} to {self.end}"


class Tombstone(models.Model):
    """A sample its platform has deleted; it wins over every repeat, also one that arrives later.

    Without ``final`` the sample was only missing from a complete window: what was said of it up to
    ``deleted_at`` is void, but a newer report may bring it back.
    """

    connection_id = models.UUIDField()
    external_id = models.CharField(max_length=120)
    deleted_at = models.DateTimeField()
    final = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "external_id"], name="tombstone_id_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.external_id} deleted"


class CompleteWindow(models.Model):
    """A phone's word that it listed every sample between two instants (UTC) as of ``as_of``.

    Remembered so that an older upload arriving late cannot bring back what was gone by then.
    """

    installation_id = models.UUIDField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["installation_id", "start", "end"], name="complete_window_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["installation_id", "-as_of"], name="complete_window_recent")
        ]

    def __str__(self) -> str:
        return f"{self.start} to {self.end} as of {self.as_of}"


class Bucket(models.Model):
    """What a source says for one window: ``steps`` in it, of them ``manual_steps`` typed by hand.

    ``date`` is the local day the window belongs to. A ``whole_day`` row is a day total and needs no
    instants; other rows carry ``start`` and ``end`` (UTC), mostly of an hour. ``as_of`` is when the
    source said it last, ``report`` the first that said it so.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    source = models.ForeignKey(
        Source, models.DO_NOTHING, related_name="buckets", db_index=False, db_constraint=False
    )
    date = models.DateField()
    whole_day = models.BooleanField()
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    steps = models.DecimalField(max_digits=12, decimal_places=3)
    manual_steps = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    as_of = models.DateTimeField()
    report = models.ForeignKey(
        Report, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "date"],
                condition=models.Q(whole_day=True),
                name="day_total_once",
            ),
            models.UniqueConstraint(
                fields=["source", "start", "end"],
                condition=models.Q(whole_day=False),
                name="bucket_window_once",
            ),
            models.CheckConstraint(
                condition=models.Q(whole_day=True)
                | models.Q(start__isnull=False, end__isnull=False),
                name="bucket_has_window",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "date"], name="bucket_person_date")
        ]

    def __str__(self) -> str:
        return f"{self.steps} on {self.date}"


class FoldedDay(models.Model):
    """What a source gave to a local day whose raw samples are no longer kept; a fact since then.

    ``hours`` are whole steps of each hour of the day, null where nothing of the source counted;
    ``reported`` is what the source had said, null when it had nothing that may count. Where steps
    were ``typed`` by hand the day was swept a second time with these. ``left_out`` are steps by
    reason, ``as_of`` is the newest of what was folded.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    source = models.ForeignKey(Source, models.CASCADE, related_name="folded")
    date = models.DateField()
    hours = ArrayField(models.IntegerField(), null=True)
    hours_with_manual = ArrayField(models.IntegerField(), null=True)
    reported = models.PositiveBigIntegerField(null=True)
    reported_with_manual = models.PositiveBigIntegerField(null=True)
    left_out = models.JSONField(default=dict)
    typed = models.BooleanField(default=False)
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "date", "source"], name="folded_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.date} folded"


class Day(models.Model):
    """The merged number of one person's local day; no row means unknown, never zero.

    ``steps`` leaves out what was typed by hand, ``steps_with_manual`` lets it take part. ``source``
    is the one that gave the day (or most of it), ``zone`` the IANA zone it began in,
    ``rule`` the version of the merge.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="days", db_index=False
    )
    date = models.DateField()
    steps = models.PositiveBigIntegerField(null=True)
    steps_with_manual = models.PositiveBigIntegerField(null=True)
    source = models.ForeignKey(Source, models.SET_NULL, null=True, related_name="+")
    zone = models.CharField(max_length=64)
    rule = models.PositiveSmallIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "date"], name="day_once")]

    def __str__(self) -> str:
        return f"{self.date}: {self.steps}"


class DayChange(models.Model):
    """One change of a merged day: when, from what, to what, why and which report made it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    date = models.DateField()
    at = models.DateTimeField()
    steps_before = models.PositiveBigIntegerField(null=True)
    steps_after = models.PositiveBigIntegerField(null=True)
    why = models.CharField(max_length=40)
    report = models.ForeignKey(Report, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["person", "date", "at"], name="change_person_date")
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.steps_before} to {self.steps_after}"


class Finding(models.Model):
    """A rule of plausibility that struck on a person's local day; nothing is cut in silence.

    ``code`` and ``severity`` are of ``steps.plausibility``, ``reason`` says it in words and
    ``evidence`` shows what was seen. ``cleared_at`` is set once it no longer holds. Evidence that
    compares people names the others under ``other_person_ids``, which nobody but staff of their own
    organization may see.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="findings")
    date = models.DateField()
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8)
    reason = models.CharField(max_length=300)
    evidence = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "date", "code"],
                condition=models.Q(cleared_at__isnull=True),
                name="finding_open_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["-found_at"],
                condition=models.Q(cleared_at__isnull=True),
                name="finding_open_recent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} on {self.date}"


class Freshness(models.Model):
    """How current what we know about a person is, written by the engine after every attempt.

    ``confirmed_at`` is the last time a source told us how things stand, also when nothing had
    changed. ``broken_since`` is set while none of the person's connections works.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="freshness"
    )
    confirmed_at = models.DateTimeField(null=True)
    broken_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"confirmed {self.confirmed_at}"
