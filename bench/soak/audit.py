"""Compares what the provider says exists with the ledger, the scores and the boards, row by row."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any

from django.db import connections

from bench.people import access_token, now
from bench.sandbox import SandboxControl
from bench.trackers import Wearer
from challenges.models import ScoredDay
from devstack.failures import DevstackError
from devstack.ports import LOOPBACK
from integrations.models import Connection, ConnectionStatus
from steps.models import Day
from sync.models import Run

PAGE = 100
_SHOWN = 10
OPEN = (Run.State.QUEUED, Run.State.RUNNING)
STUCK_AFTER = timedelta(minutes=6)


@dataclass
class Findings:
    """What does not agree; all empty is the only good result.

    ``behind`` are people whose days differ from the provider's, ``stuck`` runs that are open for
    longer than the longest lease.
    """

    behind: list[Wearer] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    scores: list[str] = field(default_factory=list)
    board: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything agrees."""
        return not any(vars(self).values())

    def lines(self) -> list[str]:
        """What to tell, a few of each kind."""
        told = []
        for kind in ("days", "scores", "board", "connections", "stuck"):
            found = getattr(self, kind)
            told.append(f"{kind}: {len(found)} wrong")
            told += [f"    {each}" for each in found[:_SHOWN]]
        return told


def audit(owners: Sequence[Wearer], sandbox: SandboxControl, port: int) -> Findings:
    """Compare everything once."""
    connections.close_all()  # the database may have been started anew since the last look
    found = Findings()
    truths = {owner.person.pk: sandbox.truth(owner.person.email) for owner in owners}
    _check_days(owners, truths, found)
    _check_scores(owners, truths, found)
    _check_board(owners, truths, port, found)
    _check_engine(found)
    return found


def _check_days(
    owners: Sequence[Wearer], truths: dict[int, dict[str, int]], found: Findings
) -> None:
    kept: dict[int, dict[str, int | None]] = {}
    rows = Day.objects.filter(person__in=[owner.person for owner in owners], steps__isnull=False)
    for person, day, steps in rows.values_list("person_id", "date", "steps"):
        kept.setdefault(person, {})[day.isoformat()] = steps
    for owner in owners:
        truth, ledger = truths[owner.person.pk], kept.get(owner.person.pk, {})
        if truth != ledger:
            found.behind.append(owner)
            found.days.append(f"{owner.person.email}: provider {truth}, ledger {ledger}")


def _check_scores(
    owners: Sequence[Wearer], truths: dict[int, dict[str, int]], found: Findings
) -> None:
    rows = ScoredDay.objects.filter(participant__challenge=owners[0].game)
    counted: dict[int, dict[str, int]] = {}
    for person, day, steps in rows.values_list("participant__person_id", "date", "counted"):
        counted.setdefault(person, {})[day.isoformat()] = steps
    for owner in owners:
        if counted.get(owner.person.pk, {}) != truths[owner.person.pk]:
            found.scores.append(owner.person.email)


def _check_board(
    owners: Sequence[Wearer], truths: dict[int, dict[str, int]], port: int, found: Findings
) -> None:
    totals = sorted((sum(days.values()) for days in truths.values()), reverse=True)
    wanted = [(totals.index(total) + 1, total) for total in totals]
    shown = [(entry["rank"], entry["score"]) for entry in _board(owners[0], port)]
    if shown != wanted:
        differing = [pair for pair in zip(shown, wanted, strict=False) if pair[0] != pair[1]]
        found.board.append(f"{len(shown)} rows of {len(wanted)}, first differing {differing[:3]}")


def _board(owner: Wearer, port: int) -> list[dict[str, Any]]:
    token, entries, cursor = access_token(owner.person), [], ""
    while True:
        path = f"/api/v1/challenges/{owner.game.pk}/leaderboard?limit={PAGE}{cursor}"
        page = _get(path, token, port)
        entries += page["entries"]
        if not page.get("next"):
            return entries
        cursor = f"&cursor={page['next']}"


def _get(path: str, token: str, port: int) -> Any:
    with closing(HTTPConnection(LOOPBACK, port, timeout=60)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        content = answer.read()
    if answer.status != 200:
        raise DevstackError(f"GET {path}: {answer.status} {content[:200]!r}")
    return json.loads(content)


def _check_engine(found: Findings) -> None:
    lost = Connection.objects.exclude(status=ConnectionStatus.ACTIVE)
    found.connections += [f"{row.person_id}: {row.status} {row.reason}" for row in lost]
    stuck = Run.objects.filter(state__in=OPEN, requested_at__lt=now() - STUCK_AFTER)
    found.stuck += [f"{run.pk} {run.trigger} {run.state}" for run in stuck]
