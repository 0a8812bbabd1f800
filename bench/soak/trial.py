"""The trial itself: set the scene, let it storm, wait for calm, compare."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connections

from bench.people import now
from bench.sandbox import SandboxControl
from bench.soak import weather
from bench.soak.audit import Findings, audit
from bench.soak.killing import Killing
from bench.soak.options import SoakOptions
from bench.soak.stage import Stage
from bench.soak.walking import Walking
from bench.trackers import Wearer, make_due, wearers
from sync.models import Run
from sync.requests import request_sync

REPORT_EVERY_SECONDS = 30.0
PATIENCE_SECONDS = 60.0
TAPPING_SECONDS = 420.0
LOOK_EVERY_SECONDS = 10.0


class Trial:
    """One trial on a stage; ``say`` hears how it goes."""

    def __init__(self, stage: Stage, wanted: SoakOptions, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._wanted = wanted
        self._say = say
        self._sandbox = SandboxControl(stage.stack.ports["sandbox"])
        self._port = stage.stack.ports["web"]

    def run(self) -> Findings:
        """Carry it out from beginning to end."""
        owners = self._people()
        begun = now()
        self._storm(owners)
        self._say("the weather clears")
        findings = self._settle(owners)
        self._tell(begun - timedelta(seconds=1))
        return findings

    def _people(self) -> list[Wearer]:
        self._say(f"making {self._wanted.accounts} people with a tracker")
        owners = wearers(self._wanted.accounts, self._sandbox, now=now())
        make_due(owners, now=now())
        return owners

    def _storm(self, owners: list[Wearer]) -> None:
        walking = Walking(owners, self._sandbox, self._wanted.seed)
        killing = Killing(self._stage, self._wanted.seed)
        weather.storm(self._sandbox, self._wanted.faults)
        walking.start()
        self._say(f"storm for {self._wanted.minutes:g} minutes")
        self._let_it_storm(killing)
        self._say(f"{walking.end()} changes of a day; struck: {dict(killing.struck)}")
        weather.calm(self._sandbox)

    def _let_it_storm(self, killing: Killing) -> None:
        end = time.monotonic() + 60 * self._wanted.minutes
        pause = self._wanted.kill_every_seconds
        while (left := end - time.monotonic()) > 0:
            self._stage.attend(min(left, pause or left))
            if pause and time.monotonic() < end:
                self._say(f"struck: {killing.strike()}")

    def _settle(self, owners: list[Wearer]) -> Findings:
        """Wait until everything agrees; people who are still behind after a while tap."""
        begun = time.monotonic()
        findings = self._look(owners)
        while not findings.clean and time.monotonic() - begun < TAPPING_SECONDS:
            self._stage.attend(LOOK_EVERY_SECONDS)
            findings = self._look(owners)
            self._say(f"{len(findings.behind)} people behind, board {findings.board or 'right'}")
            if time.monotonic() - begun > PATIENCE_SECONDS:
                self._tap(findings.behind)
        self._say(f"settled {time.monotonic() - begun:.0f} s after the storm")
        return findings

    def _look(self, owners: list[Wearer]) -> Findings:
        return audit(owners, self._sandbox, self._port)

    def _tap(self, behind: list[Wearer]) -> None:
        for owner in behind:
            request_sync(person=owner.person, now=now())

    def _tell(self, since: object) -> None:
        connections.close_all()
        runs = Run.objects.filter(requested_at__gte=since)
        done = runs.filter(state=Run.State.DONE).count()
        failed = runs.filter(state=Run.State.FAILED).count()
        again = runs.filter(attempt__gt=1).count()
        self._say(f"runs: {done} done, {failed} failed, {again} taken over from a dead worker")
