"""Carries out what the challenge form asks for, with the operations of the game."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from challenges import planning
from challenges.kind import Kind
from challenges.kind_registry import all_kinds, kind_of
from challenges.models import Challenge
from challenges.phases import OPEN_END, State, state_of
from challenges.plan_rules import EDITABLE, FIELDS, PlanInvalid
from dashboard.forms import ChallengeForm, initial_from
from users.models import User

NEW = FIELDS | {"team_names"}
USUAL_KIND = "most_steps"
REASONS = {
    State.LIVE: "Locked: people joined under this rule, and the challenge is running.",
    State.CLOSING: "Locked: the last day is over.",
    State.FINAL: "Locked: the result is final.",
}


def editable_in(state: State) -> frozenset[str]:
    """Return the fields of the plan that can change in ``state``, and ``team_names``."""
    teams = {"team_names"} if state in planning.TEAM_STATES else set()
    return EDITABLE[state] | teams


def chosen_kind(data: Mapping[str, Any] | None, otherwise: str) -> Kind[Any]:
    """Return the kind that was sent, or the one named ``otherwise``."""
    word = str((data or {}).get("kind", ""))
    return all_kinds().get(word) or kind_of(otherwise)


def new_form(
    data: Mapping[str, Any] | None, *, plan: Mapping[str, Any], names: str = ""
) -> ChallengeForm:
    """Return the form of a new challenge that offers ``plan``."""
    kind = chosen_kind(data, plan.get("kind", USUAL_KIND))
    offered = initial_from(plan, kind) | {"kind": kind.slug, "team_names": names}
    return ChallengeForm(data, kind=kind, editable=NEW, initial=offered)


def form_of(
    challenge: Challenge, data: Mapping[str, Any] | None, *, now: datetime
) -> ChallengeForm:
    """Return the form of a challenge, locked as far as it cannot change any more."""
    state = state_of(challenge, now)
    editable = editable_in(state)
    kind = chosen_kind(data if "kind" in editable else None, challenge.kind)
    return ChallengeForm(
        data,
        kind=kind,
        editable=editable,
        locked=REASONS.get(state, ""),
        initial=initial_from(plan_of(challenge), kind),
    )


def plan_of(challenge: Challenge) -> dict[str, Any]:
    """Return the plan of a stored challenge."""
    return {field: getattr(challenge, field) for field in FIELDS}


def create(form: ChallengeForm, *, actor: User, now: datetime) -> Challenge | None:
    """Store a draft with its teams, or none of it and leave the reasons on the form."""
    plan = form.plan()
    plan["ends_on"] = None if plan["ends_on"] == OPEN_END else plan["ends_on"]
    try:
        with transaction.atomic():
            draft = planning.create_draft(
                organization=actor.organization, actor=actor, now=now, **plan
            )
            _add_teams(form, draft, actor, now)
    except PlanInvalid as refused:
        form.refuse(refused.errors)
        return None
    return draft


def change(form: ChallengeForm, *, challenge: Challenge, actor: User, now: datetime) -> bool:
    """Store the changes and new teams, or none of it and leave the reasons on the form."""
    try:
        with transaction.atomic():
            planning.edit(challenge=challenge, actor=actor, now=now, **form.plan())
            _add_teams(form, challenge, actor, now)
    except PlanInvalid as refused:
        form.refuse(refused.errors)
        return False
    return True


def _add_teams(form: ChallengeForm, challenge: Challenge, actor: User, now: datetime) -> None:
    if names := form.new_teams():
        planning.create_teams(challenge=challenge, names=names, actor=actor, now=now)
