"""What HR staff do with challenges: draft, edit, publish, close, add teams.

Who may do it is checked by the caller; everything here is about whether it can be done.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from challenges import audit, boards, plan_rules
from challenges.entrants import change_of_team
from challenges.models import Challenge, Team
from challenges.phases import EARLIEST_ZONE, OPEN_END, State, is_open, over_at, state_of
from challenges.plan_rules import PlanInvalid
from challenges.scoring import rescore
from challenges.versions import next_version
from users.models import Organization, User

# A change of one of these changes what is counted.
SCORING_FIELDS = plan_rules.RULE_FIELDS | {"starts_on", "ends_on"}
TEAM_STATES = {State.DRAFT, State.UPCOMING, State.LIVE}


@transaction.atomic
def create_draft(
    *,
    organization: Organization,
    name: str,
    starts_on: date,
    ends_on: date | None,
    now: datetime,
    actor: User | None = None,
    **rules: Any,
) -> Challenge:
    """Store a challenge that only staff can see; ``rules`` are more of ``plan_rules.FIELDS``.

    ``ends_on`` None is a challenge without a last day, for kinds that can do without. Raises
    ``PlanInvalid``, and ``TypeError`` for a field that does not exist.
    """
    _refuse_unknown(rules)
    challenge = Challenge(
        organization=organization,
        name=name.strip(),
        starts_on=starts_on,
        ends_on=OPEN_END if ends_on is None else ends_on,
        created_at=now,
        **rules,
    )
    _refuse(plan_rules.problems_of(_plan(challenge)))
    challenge.save()
    audit.note(challenge, "created", actor=actor, now=now, after=_plan(challenge))
    return challenge


@transaction.atomic
def edit(
    *, challenge: Challenge, now: datetime, actor: User | None = None, **changes: Any
) -> Challenge:
    """Change fields (those of ``plan_rules.FIELDS``) as far as the state still allows.

    Scores follow in the same transaction where the change touches what is counted. Returns the
    challenge as stored. Raises ``PlanInvalid`` with an error per field that is wrong or too late,
    and ``TypeError`` for a field that does not exist.
    """
    _refuse_unknown(changes)
    stored = _locked(challenge, "name")
    before = _plan(stored)
    after = before | changes
    _refuse(plan_rules.problems_of(after))
    _refuse(plan_rules.problems_of_change(state_of(stored, now), before, after))
    for field, value in changes.items():
        setattr(stored, field, value)
    if before["ends_on"] != stored.ends_on:
        _refuse_ended(stored, now)
    stored.save(update_fields=sorted(changes))
    moved = sorted(field for field in changes if before[field] != after[field])
    if moved:
        audit.note(
            stored,
            "edited",
            actor=actor,
            now=now,
            before={field: before[field] for field in moved},
            after={field: after[field] for field in moved},
        )
    if is_open(stored, now) and any(before[field] != after[field] for field in SCORING_FIELDS):
        rescore(challenge_id=stored.pk, now=now)
    return stored


@transaction.atomic
def publish(*, challenge: Challenge, now: datetime, actor: User | None = None) -> Challenge:
    """Let everybody in the organization see and join the challenge; publishing twice is once.

    Raises ``PlanInvalid`` (``ends_on``) when its last day is over everywhere.
    """
    stored = _locked(challenge, "ends_on")
    if stored.published_at is None:
        stored.published_at = now
        _refuse_ended(stored, now)
        stored.save(update_fields=["published_at"])
        audit.note(stored, "published", actor=actor, now=now)
    return stored


@transaction.atomic
def close(
    *, challenge: Challenge, now: datetime, actor: User | None = None, reason: str = ""
) -> Challenge:
    """End a running challenge with today: the latest local day anywhere is its last.

    Grace follows as for every challenge; ``reason`` goes into the trail. Closing what ends today or
    earlier changes nothing. Raises ``PlanInvalid`` (``ends_on``) for a challenge that is not live.
    """
    stored = _locked(challenge, "ends_on")
    if state_of(stored, now) is not State.LIVE:
        raise PlanInvalid({"ends_on": ["Only a challenge that is running can be closed."]})
    today = max(stored.starts_on, (now + EARLIEST_ZONE).date())
    if today < stored.ends_on:
        before, stored.ends_on = stored.ends_on, today
        stored.save(update_fields=["ends_on"])
        audit.note(
            stored,
            "closed",
            actor=actor,
            now=now,
            before={"ends_on": before},
            after={"ends_on": today},
            reason=reason,
        )
        rescore(challenge_id=stored.pk, now=now)
    return stored


@transaction.atomic
def create_teams(
    *, challenge: Challenge, names: Sequence[str], now: datetime, actor: User | None = None
) -> list[Team]:
    """Add a team per name, in that order. Raises ``PlanInvalid`` (``teams``) and adds none.

    Names must differ by more than upper and lower case; once the last day is over it is too late.
    """
    stored = _locked(challenge, "teams")
    if state_of(stored, now) not in TEAM_STATES:
        raise PlanInvalid({"teams": ["The challenge is over; it takes no more teams."]})
    wanted = [name.strip() for name in names]
    taken = Team.objects.filter(challenge=stored).values_list("name", flat=True)
    _refuse(plan_rules.problems_of_names(wanted, taken))
    version = next_version(0, now)
    teams = Team.objects.bulk_create(
        Team(challenge=stored, name=name, version=version) for name in wanted
    )
    audit.note(stored, "teams_added", actor=actor, now=now, after={"names": wanted})
    boards.push_after_commit(change_of_team(team) for team in teams)
    return teams


def _refuse_unknown(fields: Collection[str]) -> None:
    if unknown := set(fields) - plan_rules.FIELDS:
        raise TypeError(f"A challenge has no {sorted(unknown)}.")


def _locked(challenge: Challenge, field: str) -> Challenge:
    """Return the challenge as stored; ``field`` is refused when it was deleted meanwhile."""
    stored = Challenge.objects.select_for_update(no_key=True).filter(pk=challenge.pk).first()
    if stored is None:
        raise PlanInvalid({field: ["This draft was deleted meanwhile."]})
    return stored


def _plan(challenge: Challenge) -> dict[str, Any]:
    return {field: getattr(challenge, field) for field in plan_rules.FIELDS}


def _refuse(errors: plan_rules.Errors) -> None:
    if errors:
        raise PlanInvalid(errors)


def _refuse_ended(challenge: Challenge, now: datetime) -> None:
    """A published challenge must not be moved, or be published, into the past."""
    if challenge.published_at is not None and now >= over_at(challenge.ends_on):
        raise PlanInvalid({"ends_on": ["The last day is over already."]})
