"""Carries out what the challenge form asks for, with the operations of the game."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from challenges import planning, rules
from challenges.models import Challenge
from challenges.phases import State, state_of
from challenges.plan_rules import EDITABLE, FIELDS, PlanInvalid
from dashboard.forms import ChallengeForm
from users.models import Organization

NEW = FIELDS | {"team_names"}
DATES = ("starts_on", "ends_on")
RULED_BY = {*DATES, "daily_cap", "grace_hours"}


def editable_in(state: State) -> frozenset[str]:
    """Return the fields of the form that can be changed in ``state``."""
    teams = {"team_names"} if state in planning.TEAM_STATES else set()
    return EDITABLE[state] | teams


def create(form: ChallengeForm, *, organization: Organization, now: datetime) -> Challenge | None:
    """Store a draft with its teams, or none of it and leave the reasons on the form."""
    try:
        with transaction.atomic():
            draft = planning.create_draft(organization=organization, now=now, **form.plan())
            _add_teams(form, draft, now)
    except PlanInvalid as refused:
        form.refuse(refused.errors)
        return None
    return draft


def change(form: ChallengeForm, *, challenge: Challenge, now: datetime) -> bool:
    """Store the changes and new teams, or none of it and leave the reasons on the form."""
    try:
        with transaction.atomic():
            planning.edit(challenge=challenge, now=now, **form.plan())
            _add_teams(form, challenge, now)
    except PlanInvalid as refused:
        form.refuse(refused.errors)
        return False
    return True


def rules_in_words(form: ChallengeForm, challenge: Challenge | None) -> list[str]:
    """Describe the rules as they would be; empty while the form cannot be read that far.

    ``challenge`` gives the fields that the form may no longer change.
    """
    plan = _stored(challenge) | form.readable_plan()
    if form.errors.keys() & RULED_BY or not all(plan.get(field) for field in DATES):
        return []
    return rules.describe(Challenge(**plan))


def form_of(
    challenge: Challenge, data: Mapping[str, Any] | None, *, now: datetime
) -> ChallengeForm:
    """Return the form with what may still change; ``data`` is what was sent, or None."""
    fields = editable_in(state_of(challenge, now))
    return ChallengeForm(data, editable=fields, initial=_stored(challenge))


def _stored(challenge: Challenge | None) -> dict[str, Any]:
    return {field: getattr(challenge, field) for field in FIELDS} if challenge else {}


def _add_teams(form: ChallengeForm, challenge: Challenge, now: datetime) -> None:
    if names := form.new_teams():
        planning.create_teams(challenge=challenge, names=names, now=now)
