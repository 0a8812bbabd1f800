"""How teams come about and change: by people, by staff, at random, by department.

Who may act as staff is checked by the caller. Everything holds the challenge, then the person, then
the participant; each is one transaction.
"""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from challenges import audit, boards, plan_rules, team_rules, totals
from challenges.entrants import change_of_team
from challenges.kinds.bracket import drawn
from challenges.models import Challenge, Participant, Team
from challenges.models.game import new_invite
from challenges.phases import State, is_open, state_of
from challenges.plan_rules import PlanInvalid
from challenges.refusals import MembershipRefused
from challenges.team_moves import check_team, hand_over, put_into
from challenges.versions import next_version
from users.models import Group, User

FORMING = {State.UPCOMING, State.LIVE}


@transaction.atomic
def form(*, challenge: Challenge, person: User, name: str, now: datetime) -> Team:
    """Let somebody who takes part make a team and be its captain.

    Raises ``MembershipRefused``: ``teams_by_staff``, ``challenge_closed``, ``not_joined``,
    ``team_already_chosen``; ``PlanInvalid`` (``teams``) for a name that is taken or no name.
    """
    stored, row = _hold(challenge, person)
    if team_rules.read(stored.team_rules).formed_by != "people":
        raise MembershipRefused("teams_by_staff", "The organizer makes the teams here.")
    if state_of(stored, now) not in FORMING:
        raise MembershipRefused("challenge_closed", "It is too late to make a team.")
    if row.team_id is not None:
        raise MembershipRefused("team_already_chosen", "You are in a team already.")
    team = _add(stored, [name], now)[0]
    put_into(row, team, now)
    row.save(update_fields=["team", "team_since"])
    team.captain = row
    team.save(update_fields=["captain"])
    audit.note(stored, "team_formed", actor=person, now=now, subject=team.name)
    totals.settle([row], now=now, membership_changed=True)
    return team


@transaction.atomic
def renew_invite(*, team: Team, person: User, now: datetime) -> Team:
    """Replace the invitation of a team, so that the old link ends.

    Raises ``MembershipRefused`` (``not_captain``) for anybody but the captain.
    """
    stored = Team.objects.select_for_update(no_key=True).filter(pk=team.pk).first()
    captain = stored.captain if stored else None
    if stored is None or captain is None or captain.person_id != person.pk:
        raise MembershipRefused("not_captain", "Only the captain can renew the invitation.")
    stored.invite = new_invite()
    stored.save(update_fields=["invite"])
    audit.note(stored.challenge, "invite_renewed", actor=person, now=now, subject=stored.name)
    return stored


def invited(challenge: Challenge, invite: str) -> Team | None:
    """Return the team of a challenge that an invitation is for."""
    for team in Team.objects.filter(challenge=challenge).exclude(invite=""):
        if hmac.compare_digest(team.invite.encode(), invite.encode()):
            return team
    return None


@transaction.atomic
def move(
    *,
    challenge: Challenge,
    person: User,
    team: Team | None,
    now: datetime,
    actor: User | None,
    reason: str = "",
) -> Participant:
    """Put a participant into another team, or in none, as staff.

    What becomes of earlier steps is the challenge's rule: they move along, or stay with the old
    team up to yesterday. Raises ``MembershipRefused``: ``not_joined``, ``unknown_team``,
    ``team_full``, ``challenge_closed`` once the result is final.
    """
    stored, row = _hold(challenge, person)
    if not is_open(stored, now):
        raise MembershipRefused("challenge_closed", "The result is final.")
    check_team(stored, team)
    if row.team_id != (team.pk if team else None):
        before = put_into(row, team, now)
        row.save(update_fields=["team", "team_since"])
        _after_move(row, before, now)
        audit.note(
            stored,
            "moved",
            actor=actor,
            now=now,
            subject=f"participant {row.pk}",
            before={"team": str(before.pk) if before else None},
            after={"team": str(team.pk) if team else None},
            reason=reason,
        )
    return row


@transaction.atomic
def assign_at_random(*, challenge: Challenge, now: datetime, actor: User | None) -> int:
    """Spread those without a team over the teams, smallest first; return how many.

    The order is a draw that anybody can check (``challenges.kinds.bracket.drawn``). Raises
    ``PlanInvalid`` (``teams``) when there is no team or not enough room.
    """
    stored = _hold_forming(challenge, now)
    rows = _without_team(stored)
    order = drawn(rows, f"{stored.pk}:teams")
    sizes = _sizes(stored)
    largest = team_rules.read(stored.team_rules).largest
    if order and (not sizes or _room(sizes.values(), largest) < len(order)):
        raise PlanInvalid({"teams": ["There is not enough room in the teams."]})
    placed: list[Participant] = []
    for pk in order:
        team = min(sizes, key=lambda each: (sizes[each], each.name))
        sizes[team] += 1
        rows[pk].team = team
        placed.append(rows[pk])
    _store_assigned(stored, placed, now=now, actor=actor, how="assigned_at_random")
    return len(placed)


@transaction.atomic
def assign_by_department(*, challenge: Challenge, now: datetime, actor: User | None) -> int:
    """Put those without a team into a team named like their department; return how many.

    Missing teams are made. Who is in no department stays without a team, who is in several goes by
    the first by name. Raises ``PlanInvalid`` (``teams``) when a team would become too large.
    """
    stored = _hold_forming(challenge, now)
    rows = _without_team(stored)
    wanted = _departments(row.person_id for row in rows.values())
    placed = [row for row in rows.values() if row.person_id in wanted]
    by_name = {team.name.casefold(): team for team in Team.objects.filter(challenge=stored)}
    names = {wanted[row.person_id] for row in placed}
    missing = sorted(name for name in names if name.casefold() not in by_name)
    by_name |= {team.name.casefold(): team for team in _add(stored, missing, now)}
    for row in placed:
        row.team = by_name[wanted[row.person_id].casefold()]
    _store_assigned(stored, placed, now=now, actor=actor, how="assigned_by_department")
    largest = team_rules.read(stored.team_rules).largest
    if largest is not None and max(_sizes(stored).values(), default=0) > largest:
        raise PlanInvalid({"teams": [f"A department has more than {largest} people."]})
    return len(placed)


def _hold(challenge: Challenge, person: User) -> tuple[Challenge, Participant]:
    stored = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    rows = Participant.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("challenge__organization", "person", "team")
    row = rows.filter(challenge=stored, person=person, left_at=None).first()
    if row is None:
        raise MembershipRefused("not_joined", "Only who takes part can be in a team.")
    return stored, row


def _hold_forming(challenge: Challenge, now: datetime) -> Challenge:
    stored = Challenge.objects.select_for_update(no_key=True).filter(pk=challenge.pk).first()
    if stored is None or state_of(stored, now) not in FORMING:
        raise PlanInvalid({"teams": ["Teams are made before the last day is over."]})
    return stored


def _add(challenge: Challenge, names: Sequence[str], now: datetime) -> list[Team]:
    wanted = [name.strip() for name in names]
    taken = Team.objects.filter(challenge=challenge).values_list("name", flat=True)
    if errors := plan_rules.problems_of_names(wanted, taken):
        raise PlanInvalid(errors)
    version = next_version(0, now)
    added = Team.objects.bulk_create(
        Team(challenge=challenge, name=name, version=version) for name in wanted
    )
    boards.push_after_commit(change_of_team(team) for team in added)
    return added


def _after_move(row: Participant, before: Team | None, now: datetime) -> None:
    hand_over(row, before)
    totals.settle_people([row], now=now, membership_changed=True)
    teams = totals.teams_of([row]) | ({before.pk} if before else set())
    totals.settle_teams(teams, now=now)


def _without_team(challenge: Challenge) -> dict[int, Participant]:
    locked = Participant.objects.select_for_update(no_key=True, of=("self",))
    rows = locked.filter(challenge=challenge, team=None, left_at=None).order_by("pk")
    return {row.pk: row for row in rows.select_related("challenge")}


def _sizes(challenge: Challenge) -> dict[Team, int]:
    active = Count("members", filter=Q(members__left_at=None))
    teams = Team.objects.filter(challenge=challenge).annotate(size=active).order_by("name")
    return {team: team.size for team in teams}


def _room(sizes: Iterable[int], largest: int | None) -> float:
    return float("inf") if largest is None else sum(max(0, largest - size) for size in sizes)


def _departments(person_ids: Iterable[int]) -> dict[int, str]:
    """Return the name of each person's first department."""
    groups = Group.objects.filter(kind=Group.Kind.DEPARTMENT, people__in=list(person_ids))
    pairs = groups.order_by("-name", "-pk").values_list("people", "name")
    return dict(pairs)


def _store_assigned(
    challenge: Challenge,
    placed: list[Participant],
    *,
    now: datetime,
    actor: User | None,
    how: str,
) -> None:
    Participant.objects.bulk_update(placed, ["team"])
    totals.settle(placed, now=now, membership_changed=True)
    audit.note(challenge, how, actor=actor, now=now, after={"people": len(placed)})
