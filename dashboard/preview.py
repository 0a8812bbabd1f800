"""A challenge as participants would read it, before it is saved or published."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from challenges import plan_rules, rules
from challenges.models import Challenge
from challenges.phases import begins_at
from dashboard.forms import ChallengeForm
from dashboard.moments import Moment, moments_of

# What participants read is shown while these are still missing.
NOT_RULES = {"name", "description"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The rules in words and the turning points; ``missing`` says why there are none."""

    name: str
    description: str
    words: list[str] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def of_form(form: ChallengeForm, *, zone: tzinfo) -> Preview:
    """Describe what the form says, as far as it can be read."""
    plan = form.whole_plan()
    missing = _unread(form) or _wrong(plan)
    if missing:
        name, description = str(plan.get("name") or ""), str(plan.get("description") or "")
        return Preview(name=name, description=description, missing=missing)
    return of_challenge(Challenge(**plan), zone=zone)


def _unread(form: ChallengeForm) -> list[str]:
    names = [name for name in form.errors if name in form.fields and name not in NOT_RULES]
    return [f"{form[name].label}: {form.errors[name][0]}" for name in names]


def _wrong(plan: dict[str, Any]) -> list[str]:
    found = plan_rules.problems_of({"name": "", "description": ""} | plan)
    return [text for field, texts in found.items() if field not in NOT_RULES for text in texts]


def of_challenge(challenge: Challenge, *, zone: tzinfo) -> Preview:
    """Describe a stored challenge."""
    return Preview(
        name=challenge.name,
        description=challenge.description,
        words=rules.describe(challenge),
        moments=moments_of(challenge, zone=zone),
    )


def warnings_of(challenge: Challenge, now: datetime) -> list[str]:
    """Return what HR should know before publishing, as sentences."""
    begun = "The first day has begun already: the challenge is live as soon as it is published."
    return [begun] if begins_at(challenge.starts_on) <= now else []
