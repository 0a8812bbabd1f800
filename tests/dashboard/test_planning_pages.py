"""From a template, or from an earlier challenge, to a published one."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from challenges import plan_rules
from challenges.kind_registry import all_kinds, kind_of
from challenges.models import AuditEntry, Challenge
from challenges.phases import OPEN_END
from challenges.rules import describe
from dashboard import drafting, kind_fields, starters
from tests.factories import ChallengeFactory, TeamFactory

NEW = "/dashboard/challenges/new/"
FIELDS = "/dashboard/challenges/fields/"
DAY = timedelta(days=1)
FRIDAY = date(2026, 11, 20)
SLUGS = sorted(starters.STARTERS)


def words(answer):
    return " ".join(answer.content.decode().split())


def filled_in(form):
    """Return what a browser would send for a form as it was offered."""
    sent = {}
    for name, field in form.fields.items():
        value = form[name].value()
        shown = field.prepare_value(value) if hasattr(field, "prepare_value") else value
        if shown not in (None, "", []):
            sent[name] = shown
    return sent


@pytest.mark.parametrize("slug", SLUGS)
def test_a_template_is_a_good_plan(slug):
    plan = starters.plan_of(starters.STARTERS[slug], FRIDAY)
    plan["ends_on"] = plan["ends_on"] or OPEN_END
    assert plan_rules.problems_of(plan) == {}
    assert plan["starts_on"] == date(2026, 11, 23)


def test_every_kind_has_a_template():
    assert {each.kind for each in starters.STARTERS.values()} == set(all_kinds())


@pytest.mark.parametrize("slug", SLUGS)
def test_a_template_becomes_a_draft_as_it_is(staff, acme, slug):
    address = f"{NEW}?template={slug}"
    form = staff.get(address).context["form"]
    answer = staff.post(address, filled_in(form), follow=True)
    assert "is saved as a draft" in words(answer), answer.context.get("form").errors
    challenge = Challenge.objects.get(organization=acme)
    wanted = starters.STARTERS[slug]
    assert challenge.kind == wanted.kind
    kind = kind_of(wanted.kind)
    assert kind.settings(challenge.settings) == kind.settings(wanted.settings)
    assert AuditEntry.objects.get(action="created").actor.email == "hr@acme.example"


@pytest.mark.parametrize("slug", SLUGS)
def test_the_form_of_a_template_shows_only_the_fields_of_its_kind(staff, slug):
    form = staff.get(f"{NEW}?template={slug}").context["form"]
    own = {name for name in form.fields if name.startswith(kind_fields.PREFIX)}
    assert own == set(kind_fields.fields_of(kind_of(starters.STARTERS[slug].kind)))


def test_templates_and_earlier_challenges_are_offered(staff, acme):
    ChallengeFactory(organization=acme, name="Last spring")
    ChallengeFactory(name="Of somebody else")
    page = words(staff.get("/dashboard/challenges/start/"))
    assert "Walk to a city" in page
    assert "Last spring" in page
    assert "Of somebody else" not in page


def test_an_earlier_challenge_is_run_again(staff, acme):
    before = ChallengeFactory(
        organization=acme,
        name="Last spring",
        kind="daily_goal",
        settings={"goal": 7000, "count": "days"},
        team_rules={"mode": "best", "number": 3},
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 3, 15),
    )
    TeamFactory(challenge=before, name="Ibex")
    address = f"{NEW}?from={before.pk}"
    staff.post(address, filled_in(staff.get(address).context["form"]))
    again = Challenge.objects.exclude(pk=before.pk).get()
    assert (again.kind, again.settings) == ("daily_goal", {"goal": 7000, "count": "days"})
    assert again.team_rules["number"] == 3
    assert (again.ends_on - again.starts_on).days == 13
    assert again.starts_on > timezone.now().date()
    assert again.published_at is None
    assert [team.name for team in again.teams.all()] == ["Ibex"]


@pytest.mark.parametrize("earlier", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_what_does_not_exist_cannot_be_run_again(staff, earlier):
    assert staff.get(f"{NEW}?from={earlier}").status_code == 404


def test_a_challenge_of_another_company_cannot_be_run_again(staff):
    assert staff.get(f"{NEW}?from={ChallengeFactory().pk}").status_code == 404


def test_choosing_another_kind_shows_its_fields_and_keeps_the_rest(staff, partial):
    sent = {"kind": "personal_total", "name": "Mine", "set_target": "123456", "daily_cap": "9000"}
    answer = staff.post(FIELDS, sent, headers=partial)
    form = answer.context["form"]
    assert {"set_target", "set_rank_by"} <= set(form.fields)
    assert (form["set_target"].value(), form["name"].value()) == ("123456", "Mine")
    assert "errorlist" not in words(answer)
    assert 'hx-swap-oob="true"' in words(answer)


def test_without_scripts_a_button_shows_the_fields(staff):
    sent = {"kind": "journey", "name": "Mine", "show_fields": "1"}
    answer = staff.post(NEW, sent)
    assert "set_waypoints" in answer.context["form"].fields
    assert not Challenge.objects.exists()


@pytest.mark.parametrize(
    ("slug", "change", "field", "says"),
    [
        ("walk-to-porto", {"set_length": "0"}, "set_length", "greater than or equal to 1"),
        ("walk-to-porto", {"set_waypoints": "Porto"}, "set_waypoints", "Line 1: write a number"),
        ("walk-to-porto", {"set_waypoints": "5 A\n4 B"}, "set_waypoints", "have to rise"),
        ("walk-to-porto", {"set_stride_cm": "5"}, "set_stride_cm", "greater than or equal to 30"),
        ("goal-together", {"set_milestones": "99999999999 X"}, "set_milestones", "behind"),
        ("head-to-head", {"ends_on": "2099-01-01"}, "ends_on", "366 days"),
        ("team-weeks", {"team_mode": "best"}, "team_number", "A number belongs to best"),
        ("team-weeks", {"manual_policy": "limit"}, "manual_limit", "A limit belongs"),
        ("team-weeks", {"zone_rule": "moon"}, "zone_rule", "Select a valid choice"),
        ("team-weeks", {"providers": ["moon"]}, "providers", "Select a valid choice"),
        ("daily-streak", {"set_goal": "x" * 50}, "set_goal", "Enter a whole number"),
        ("team-weeks", {"ends_on": ""}, "ends_on", "required"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(staff, slug, change, field, says):
    address = f"{NEW}?template={slug}"
    sent = filled_in(staff.get(address).context["form"]) | change
    answer = staff.post(address, sent)
    assert list(answer.context["form"].errors) == [field]
    assert says in answer.context["form"].errors[field][0]
    assert f'id="id_{field}_error"' in words(answer)
    assert not Challenge.objects.exists()


def test_a_bracket_of_broken_weeks_is_refused_at_its_last_day(staff):
    address = f"{NEW}?template=head-to-head"
    sent = filled_in(staff.get(address).context["form"])
    sent["ends_on"] = str(sent["ends_on"] - DAY)
    errors = staff.post(address, sent).context["form"].errors
    assert "whole weeks" in errors["ends_on"][0]


def test_numbers_that_a_rule_does_not_use_are_dropped(staff):
    address = f"{NEW}?template=team-weeks"
    sent = filled_in(staff.get(address).context["form"])
    staff.post(address, sent | {"team_number": "4", "manual_limit": "500"})
    challenge = Challenge.objects.get()
    assert challenge.manual_limit is None
    assert "number" not in challenge.team_rules


def test_the_preview_is_what_participants_will_read(staff, acme):
    address = f"{NEW}?template=goal-together"
    sent = filled_in(staff.get(address).context["form"])
    preview = staff.post("/dashboard/challenges/preview/", sent).context["preview"]
    staff.post(address, sent)
    assert preview.words == describe(Challenge.objects.get())


def test_the_preview_tells_the_instants_in_words(staff, hr, acme):
    hr.timezone = "Europe/Berlin"
    hr.save()
    sent = filled_in(staff.get(f"{NEW}?template=head-to-head").context["form"])
    sent |= {"starts_on": "2026-06-01", "ends_on": "2026-06-28", "grace_hours": "24"}
    page = words(staff.post("/dashboard/challenges/preview/", sent))
    assert "Sunday, 31 May 2026, 12:00 CEST (10:00 UTC)" in page
    assert "Monday, 29 June 2026, 14:00 CEST (12:00 UTC)" in page
    assert "Tuesday, 30 June 2026, 14:00 CEST (12:00 UTC)" in page


@pytest.mark.parametrize("kind", ["nonsense", "", "a\x00b"])
def test_a_kind_that_does_not_exist_is_refused(staff, kind):
    for address in [NEW, FIELDS, "/dashboard/challenges/preview/"]:
        assert staff.post(address, {"kind": kind}).status_code == 200
    assert not Challenge.objects.exists()


def test_publishing_is_confirmed_on_a_page_of_its_own(staff, acme):
    today = timezone.now().date()
    draft = ChallengeFactory(
        organization=acme, published_at=None, starts_on=today, ends_on=today + 9 * DAY
    )
    address = reverse("dashboard:challenge-publish", args=[draft.pk])
    page = words(staff.get(address))
    draft.refresh_from_db()
    assert draft.published_at is None
    assert "Publish it?" in page
    assert "live as soon as it is published" in page
    assert describe(draft)[0] in page
    staff.post(address)
    assert AuditEntry.objects.get(action="published").actor.email == "hr@acme.example"
    assert "It is published" in words(staff.get(address))


def test_what_may_not_change_is_shown_with_the_reason(staff, acme):
    today = timezone.now().date()
    live = ChallengeFactory(
        organization=acme, starts_on=today - DAY, ends_on=today + 9 * DAY, daily_cap=12_345
    )
    answer = staff.get(reverse("dashboard:challenge-edit", args=[live.pk]))
    cap = answer.context["form"].fields["daily_cap"]
    assert cap.disabled
    assert "people joined under this rule" in cap.help_text
    assert 'value="12345"' in words(answer)


def test_an_upcoming_challenge_can_change_its_kind(staff, acme):
    today = timezone.now().date()
    challenge = ChallengeFactory(
        organization=acme,
        kind="race",
        settings={"target": 5000},
        starts_on=today + 9 * DAY,
        ends_on=today + 20 * DAY,
    )
    address = reverse("dashboard:challenge-edit", args=[challenge.pk])
    sent = filled_in(staff.get(address).context["form"])
    assert staff.post(address, sent | {"kind": "most_steps"}).status_code == 302
    challenge.refresh_from_db()
    assert (challenge.kind, challenge.settings) == ("most_steps", {})


def test_a_race_without_end_says_so_everywhere(staff, acme):
    today = timezone.now().date()
    race = ChallengeFactory(
        organization=acme,
        kind="race",
        settings={"target": 5000},
        starts_on=today - 2 * DAY,
        ends_on=OPEN_END,
    )
    for name in ["challenge", "challenge-end"]:
        page = words(staff.get(reverse(f"dashboard:{name}", args=[race.pk])))
        assert "until it is closed" in page
        assert "2100" not in page
    form = drafting.form_of(race, None, now=timezone.now())
    assert form["ends_on"].value() is None
