"""The demo's organizations, groups and people. There is no public sign-up, so these are written."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.hashers import make_password
from django.db import transaction

from demo import cast
from demo.cast import Persona
from users.models import Group, Organization, Role, User, Visibility

ROLES = {cast.HR_MANAGER: Role.HR_MANAGER, cast.HR_VIEWER: Role.HR_VIEWER}
# Some people do not want their name on a screen in the canteen.
ALIASES = {
    f"samuel.mensah@{cast.COMPANY_DOMAIN}": "Sole Survivor",
    f"mei.watanabe@{cast.COMPANY_DOMAIN}": "Quiet Walker",
}
HIDDEN = {f"matteo.ricci@{cast.COMPANY_DOMAIN}", f"rohan.mehta@{cast.COMPANY_DOMAIN}"}


@transaction.atomic
def ensure(name: str, people: Sequence[Persona]) -> Organization:
    """Return the organization with all of ``people`` in it; what is there already stays."""
    organization, _ = Organization.objects.get_or_create(
        name=name, defaults={"timezone": "Europe/Berlin"}
    )
    known = set(User.objects.filter(organization=organization).values_list("email", flat=True))
    newcomers = [persona for persona in people if persona.email not in known]
    _add(organization, newcomers)
    return organization


def _add(organization: Organization, newcomers: Sequence[Persona]) -> None:
    # One hash for all: hashing is slow on purpose, and everybody has the same password.
    password = make_password(cast.PASSWORD)
    made = User.objects.bulk_create(_row(organization, each, password) for each in newcomers)
    membership = User.groups.through
    membership.objects.bulk_create(
        membership(user_id=user.pk, group_id=group.pk)
        for user, persona in zip(made, newcomers, strict=True)
        for group in _groups(organization, persona)
    )


def _row(organization: Organization, persona: Persona, password: str) -> User:
    return User(
        organization=organization,
        email=persona.email,
        display_name=persona.name,
        timezone=persona.zone,
        role=ROLES.get(persona.email, Role.PARTICIPANT),
        is_staff=persona.email == cast.OPERATOR,
        leaderboard_name=ALIASES.get(persona.email, ""),
        leaderboard_visibility=_visibility(persona),
        password=password,
    )


def _visibility(persona: Persona) -> Visibility:
    if persona.email in HIDDEN:
        return Visibility.HIDDEN
    return Visibility.ALIAS if persona.email in ALIASES else Visibility.NAME


def _groups(organization: Organization, persona: Persona) -> Iterable[Group]:
    wanted = ((Group.Kind.DEPARTMENT, persona.department), (Group.Kind.SITE, persona.site))
    for kind, name in wanted:
        yield Group.objects.get_or_create(organization=organization, kind=kind, name=name)[0]
