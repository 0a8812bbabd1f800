"""The tables of the game (``game``) and of what is kept for good (``record``)."""

from challenges.models.game import (
    Activity,
    Challenge,
    DepartmentRank,
    LateJoiners,
    ManualPolicy,
    Match,
    Participant,
    ScoredDay,
    Team,
    TeamStay,
    ZoneRule,
)
from challenges.models.record import AuditEntry, Correction, Result, ResultLine

__all__ = [
    "Activity",
    "AuditEntry",
    "Challenge",
    "Correction",
    "DepartmentRank",
    "LateJoiners",
    "ManualPolicy",
    "Match",
    "Participant",
    "Result",
    "ResultLine",
    "ScoredDay",
    "Team",
    "TeamStay",
    "ZoneRule",
]
