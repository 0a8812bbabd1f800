"""Alarms open when something is wrong, are mailed once, and close when its cause is gone."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet

from sync.watch.models import Alarm

log = logging.getLogger(__name__)
KEEP = timedelta(days=90)
# What comes and goes within the hour is one matter for a mailbox.
MAIL_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Something that is wrong now. ``key`` names the matter, ``remedy`` what an operator does."""

    key: str
    title: str
    remedy: str
    detail: str = ""


def settle(complaints: Iterable[Complaint], *, now: datetime) -> list[Alarm]:
    """Open an alarm for each complaint, close those nobody complains of; returns the new ones.

    ``complaints`` are everything that is wrong now. Two watchers at once open each alarm once.
    """
    current = {each.key: each for each in complaints}
    gone = Alarm.objects.filter(closed_at=None).exclude(key__in=current)
    for key in gone.values_list("key", flat=True):
        log.info("alarm closed", extra={"action": "alarm_closed", "alarm": key})
    gone.update(closed_at=now)
    return [alarm for each in current.values() if (alarm := _seen(each, now))]


def _seen(complaint: Complaint, now: datetime) -> Alarm | None:
    """Count it in its open alarm, or open one."""
    still_open = Alarm.objects.filter(key=complaint.key, closed_at=None)
    if still_open.update(
        count=F("count") + 1,
        last_seen_at=now,
        title=complaint.title,
        detail=complaint.detail[:300],
        remedy=complaint.remedy,
    ):
        return None
    return _open(complaint, now)


def _open(complaint: Complaint, now: datetime) -> Alarm | None:
    alarm = Alarm(
        key=complaint.key,
        title=complaint.title,
        detail=complaint.detail[:300],
        remedy=complaint.remedy,
        opened_at=now,
        last_seen_at=now,
    )
    Alarm.objects.bulk_create([alarm], ignore_conflicts=True)
    opened = Alarm.objects.filter(key=alarm.key, closed_at=None, opened_at=now).first()
    if opened is not None:
        extra = {"action": "operator_alarm", "alarm": opened.key, "detail": opened.detail}
        log.error(opened.title, extra=extra)
    return opened


def mail(*, now: datetime) -> int:
    """Write to the operators about open alarms that they have not been told of; returns how many.

    A mail that cannot be sent is tried again the next time.
    """
    if not settings.OPERATOR_EMAILS:
        return 0
    with transaction.atomic():
        untold = list(open_alarms().filter(mailed_at=None).select_for_update(skip_locked=True))
        fresh = [alarm for alarm in untold if not _told_lately(alarm, now)]
        if fresh and not _send(fresh):
            return 0
        Alarm.objects.filter(pk__in=[alarm.pk for alarm in untold]).update(mailed_at=now)
    return len(fresh)


def _told_lately(alarm: Alarm, now: datetime) -> bool:
    same = Alarm.objects.filter(key=alarm.key, mailed_at__gt=now - MAIL_AGAIN_AFTER)
    return same.exclude(pk=alarm.pk).exists()


def _send(alarms: list[Alarm]) -> bool:
    more = f" and {len(alarms) - 1} more" if len(alarms) > 1 else ""
    lines = [f"{each.title}\n{each.detail}\nWhat to do: {each.remedy}\n" for each in alarms]
    message = EmailMessage(
        subject=f"[Stepwell] {alarms[0].title}{more}",
        body="\n".join([*lines, f"{settings.BASE_URL}/operations/"]),
        to=settings.OPERATOR_EMAILS,
    )
    try:
        message.send()
    except (SMTPException, OSError) as error:
        log.warning("no mail", extra={"action": "alarm_unmailed", "error": type(error).__name__})
        return False
    return True


def open_alarms() -> QuerySet[Alarm]:
    """Return what is wrong now, the newest first."""
    return Alarm.objects.filter(closed_at=None).order_by("-opened_at", "pk")


def recent(*, limit: int) -> QuerySet[Alarm]:
    """Return what has been wrong lately and is over."""
    return Alarm.objects.exclude(closed_at=None).order_by("-opened_at")[:limit]


def drop_old(*, now: datetime) -> None:
    """Forget closed alarms after 90 days."""
    Alarm.objects.filter(closed_at__lt=now - KEEP).delete()
