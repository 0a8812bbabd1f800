"""Erases a person: grants end, readings and what was derived from them go, results lose the name.

Locks are taken in this order, which is the one everybody takes them in: exports and runs being
worked on, connections with their tokens, the person, participants, teams. Whoever wrote before is
waited for and erased with the rest; whoever comes later finds the run, the connection or the
person gone and writes nothing.
"""

import logging
from datetime import datetime

from django.db import IntegrityError, OperationalError, transaction

import challenges.erasure
import notifications.erasure
import steps.erasure
from integrations import connections, revocations
from integrations.models import Connection, Credential, Installation, OAuthAttempt
from sync import dispatch
from sync.models import Export, Run, Schedule, SyncRequest
from users.erasure import anonymise
from users.presence import hold

RETRIES = 2
log = logging.getLogger(__name__)


def erase(*, person_id: int, now: datetime) -> bool:
    """Erase everything about a person in one transaction; False when that was done before.

    Grants are revoked at the providers in the background. Final results stay as a score of a
    "Former participant".
    """
    for attempt in range(RETRIES):
        try:
            return _erase(person_id, now)
        except (IntegrityError, OperationalError):  # something was begun for them meanwhile
            log.warning("erasure raced", extra={"action": "erasure_raced", "attempt": attempt})
    return _erase(person_id, now)


@transaction.atomic
def _erase(person_id: int, now: datetime) -> bool:
    _wait_for_workers(person_id)
    person = hold(person_id)
    if person is None:
        return False
    _withdraw_grants(person_id, now)
    challenges.erasure.erase_person(person_id=person_id, now=now)
    notifications.erasure.erase_person(person_id=person_id)
    _erase_readings(person_id)
    _erase_work(person_id)
    OAuthAttempt.objects.filter(person=person_id).delete()
    Connection.objects.filter(person=person_id).delete()
    anonymise(person)
    return True


def _wait_for_workers(person_id: int) -> None:
    """Lock what a worker could be storing for the person at this moment.

    The tokens as well: one that is being refreshed could not be handed to revocation.
    """
    own = Connection.objects.filter(person=person_id).order_by("pk")
    busy = (
        Export.objects.select_for_update().filter(person=person_id, state=Export.State.RUNNING),
        Run.objects.select_for_update().filter(connection__in=own, finished_at=None),
        own.select_for_update(no_key=True),
        Credential.objects.select_for_update().filter(connection__in=own),
    )
    for rows in busy:
        list(rows.order_by("pk").values_list("pk", flat=True))


def _withdraw_grants(person_id: int, now: datetime) -> None:
    for connection in Connection.objects.filter(person=person_id).order_by("pk"):
        connections.disconnect(connection=connection, now=now)
        revocations.withdraw(connection=connection, now=now)
    dispatch.revoke_soon()


def _erase_readings(person_id: int) -> None:
    own = Connection.objects.filter(person=person_id)
    phones = Installation.objects.filter(connection__in=own)
    steps.erasure.erase_person(
        person_id=person_id,
        connection_ids=list(own.values_list("pk", flat=True)),
        installation_ids=list(phones.values_list("pk", flat=True)),
    )


def _erase_work(person_id: int) -> None:
    """Erase due times first: whoever claims one may be about to add a run."""
    Schedule.objects.filter(connection__person=person_id).delete()
    SyncRequest.objects.filter(person=person_id).delete()
    Run.objects.filter(connection__person=person_id).delete()
    Export.objects.filter(person=person_id).delete()
