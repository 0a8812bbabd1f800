"""What HR staff do with challenges: draft, edit, publish, add teams.

Who may do it is checked by the caller; everything here is about whether it can be done.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from challenges import boards, plan_rules
from challenges.entrants import change_of_team
from challenges.models import Challenge, ManualPolicy, Team
from challenges.phases import State, is_open, over_at, state_of
from challenges.plan_rules import PlanInvalid
from challenges.scoring import rescore
from challenges.versions import next_version
from users.models import Organization

# A change of one of these changes what is counted.
SCORING_FIELDS = frozenset({"starts_on", "ends_on", "daily_cap", "manual_policy"})
TEAM_STATES = {State.DRAFT, State.UPCOMING, State.LIVE}


def create_draft(
    *,
    organization: Organization,
    name: str,
    starts_on: date,
    ends_on: date,
    now: datetime,
    description: str = "",
    grace_hours: int = 48,
    daily_cap: int | None = None,
    manual_policy: str = ManualPolicy.EXCLUDE,
) -> Challenge:
    """Store a challenge that only staff can see. Raises ``PlanInvalid``."""
    challenge = Challenge(
        organization=organization,
        name=name.strip(),
        description=description,
        starts_on=starts_on,
        ends_on=ends_on,
        grace_hours=grace_hours,
        daily_cap=daily_cap,
        manual_policy=manual_policy,
        created_at=now,
    )
    _refuse(plan_rules.problems_of(_plan(challenge)))
    challenge.save()
    return challenge


@transaction.atomic
def edit(*, challenge: Challenge, now: datetime, **changes: Any) -> Challenge:
    """Change fields (those of ``plan_rules.FIELDS``) as far as the state still allows.

    Scores follow in the same transaction where the change touches what is counted. Returns the
    challenge as stored. Raises ``PlanInvalid`` with an error per field that is wrong or too late,
    and ``TypeError`` for a field that does not exist.
    """
    if unknown := changes.keys() - plan_rules.FIELDS:
        raise TypeError(f"A challenge has no {sorted(unknown)}.")
    stored = _locked(challenge)
    before = _plan(stored)
    after = before | changes
    _refuse(plan_rules.problems_of(after))
    _refuse(plan_rules.problems_of_change(state_of(stored, now), before, after))
    for field, value in changes.items():
        setattr(stored, field, value)
    if before["ends_on"] != stored.ends_on:
        _refuse_ended(stored, now)
    stored.save(update_fields=sorted(changes))
    if is_open(stored, now) and any(before[field] != after[field] for field in SCORING_FIELDS):
        rescore(challenge_id=stored.pk, now=now)
    return stored


@transaction.atomic
def publish(*, challenge: Challenge, now: datetime) -> Challenge:
    """Let everybody in the organization see and join the challenge; publishing twice is once.

    Raises ``PlanInvalid`` (``ends_on``) when its last day is over everywhere.
    """
    stored = _locked(challenge)
    if stored.published_at is None:
        stored.published_at = now
        _refuse_ended(stored, now)
        stored.save(update_fields=["published_at"])
    return stored


@transaction.atomic
def create_teams(*, challenge: Challenge, names: Sequence[str], now: datetime) -> list[Team]:
    """Add a team per name, in that order. Raises ``PlanInvalid`` (``teams``) and adds none.

    Names must differ by more than upper and lower case; once the last day is over it is too late.
    """
    stored = _locked(challenge)
    if state_of(stored, now) not in TEAM_STATES:
        raise PlanInvalid({"teams": ["The challenge is over; it takes no more teams."]})
    wanted = [name.strip() for name in names]
    taken = Team.objects.filter(challenge=stored).values_list("name", flat=True)
    _refuse(plan_rules.problems_of_names(wanted, taken))
    version = next_version(0, now)
    teams = Team.objects.bulk_create(
        Team(challenge=stored, name=name, version=version) for name in wanted
    )
    boards.push_after_commit(change_of_team(team) for team in teams)
    return teams


def _locked(challenge: Challenge) -> Challenge:
    return Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)


def _plan(challenge: Challenge) -> dict[str, Any]:
    return {field: getattr(challenge, field) for field in plan_rules.FIELDS}


def _refuse(errors: plan_rules.Errors) -> None:
    if errors:
        raise PlanInvalid(errors)


def _refuse_ended(challenge: Challenge, now: datetime) -> None:
    """A published challenge must not be moved, or be published, into the past."""
    if challenge.published_at is not None and now >= over_at(challenge.ends_on):
        raise PlanInvalid({"ends_on": ["The last day is over already."]})
