from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from challenges.models import Challenge
from tests.factories import ChallengeFactory, TeamFactory

NEW = "/dashboard/challenges/new/"
DAY = timedelta(days=1)


def words(answer):
    return " ".join(answer.content.decode().split())


@pytest.fixture
def plan():
    today = timezone.now().date()
    return {
        "name": "Spring Walk",
        "description": "Together to the sea.",
        "starts_on": str(today + 7 * DAY),
        "ends_on": str(today + 20 * DAY),
        "daily_cap": "25000",
        "kind": "most_steps",
        "manual_policy": "exclude",
        "zone_rule": "own_days",
        "late_joiners": "from_start",
        "team_mode": "sum",
        "team_formed_by": "staff",
        "team_moved_steps": "move_along",
        "grace_hours": "24",
        "team_names": "Ibex\n\n  Lynx \r\nHeron",
    }


def live(acme, **fields):
    today = timezone.now().date()
    return ChallengeFactory(
        organization=acme, starts_on=today - 3 * DAY, ends_on=today + 9 * DAY, **fields
    )


def edit(challenge):
    return reverse("dashboard:challenge-edit", args=[challenge.pk])


def test_a_challenge_is_drafted_and_published(staff, acme, plan):
    answer = staff.post(NEW, plan, follow=True)
    challenge = Challenge.objects.get()
    assert challenge.organization == acme
    assert (challenge.daily_cap, challenge.grace_hours) == (25_000, 24)
    assert sorted(challenge.teams.values_list("name", flat=True)) == ["Heron", "Ibex", "Lynx"]
    assert "is saved as a draft" in words(answer)
    publish = reverse("dashboard:challenge-publish", args=[challenge.pk])
    assert "is published" in words(staff.post(publish, follow=True))
    challenge.refresh_from_db()
    assert challenge.published_at is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("description", "x" * 2001),
        ("starts_on", "soon"),
        ("ends_on", "2020-01-01"),
        ("ends_on", "9999-12-31"),
        ("daily_cap", "0"),
        ("daily_cap", "9" * 40),
        ("daily_cap", "many"),
        ("manual_policy", "sometimes"),
        ("grace_hours", "73"),
        ("grace_hours", ""),
        ("team_names", "Ibex\nibex"),
        ("team_names", "x" * 81),
        ("team_names", "\n".join(f"Team {n}" for n in range(1001))),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(staff, plan, field, value):
    answer = staff.post(NEW, plan | {field: value})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in words(answer)
    assert not Challenge.objects.exists()


def test_a_form_sent_empty_is_refused(staff):
    answer = staff.post(NEW, {})
    assert {"name", "starts_on", "ends_on"} <= answer.context["form"].errors.keys()


def test_the_suggestion_starts_on_a_monday(staff):
    initial = staff.get(NEW).context["form"].initial
    assert initial["starts_on"].weekday() == 0
    assert (initial["ends_on"] - initial["starts_on"]).days == 27


def test_the_rules_are_previewed_in_words(staff, plan):
    page = words(staff.post("/dashboard/challenges/preview/", plan))
    assert "At most 25,000 steps of a day count." in page
    assert 'id="preview"' in page


@pytest.mark.parametrize("broken", [{"starts_on": ""}, {"ends_on": "x"}, {"daily_cap": "x"}])
def test_rules_that_cannot_be_read_are_not_previewed(staff, plan, broken):
    page = words(staff.post("/dashboard/challenges/preview/", plan | broken))
    assert "once these are filled in" in page


def test_a_draft_can_change_altogether(staff, acme, plan):
    draft = ChallengeFactory(organization=acme, published_at=None)
    assert staff.post(edit(draft), plan).status_code == 302
    draft.refresh_from_db()
    assert (draft.name, draft.daily_cap) == ("Spring Walk", 25_000)
    assert draft.teams.count() == 3


def test_a_running_challenge_offers_only_what_may_still_change(staff, acme):
    challenge = live(acme, daily_cap=10_000)
    fields = staff.get(edit(challenge)).context["form"].fields
    assert {name for name, field in fields.items() if not field.disabled} == {
        "name",
        "description",
        "ends_on",
        "grace_hours",
        "team_names",
    }


def test_a_running_challenge_keeps_what_counts(staff, acme, plan):
    challenge = live(acme, daily_cap=10_000)
    sent = plan | {"ends_on": str(challenge.ends_on + DAY)}
    assert staff.post(edit(challenge), sent).status_code == 302
    before = challenge.ends_on
    challenge.refresh_from_db()
    assert (challenge.daily_cap, challenge.ends_on) == (10_000, before + DAY)


def test_a_running_challenge_cannot_be_made_shorter(staff, acme, plan):
    challenge = live(acme)
    answer = staff.post(edit(challenge), plan | {"ends_on": str(challenge.ends_on - DAY)})
    assert "can be made longer, not shorter" in words(answer)


def test_teams_that_exist_already_are_refused_and_nothing_is_saved(staff, acme, plan):
    draft = ChallengeFactory(organization=acme, published_at=None, name="Before")
    TeamFactory(challenge=draft, name="IBEX")
    answer = staff.post(edit(draft), plan)
    assert "There is a team called Ibex already." in words(answer)
    draft.refresh_from_db()
    assert draft.name == "Before"


def test_a_final_challenge_offers_nothing(staff, acme):
    over = ChallengeFactory(organization=acme, starts_on="2020-01-01", ends_on="2020-01-09")
    page = words(staff.get(edit(over)))
    assert "nothing can change any more" in page
    assert "Save changes" not in page
    assert staff.post(edit(over), {"name": "New"}).status_code == 200


def test_the_preview_of_a_running_challenge_keeps_its_own_cap(staff, acme, plan):
    challenge = live(acme, daily_cap=10_000)
    preview = reverse("dashboard:challenge-preview", args=[challenge.pk])
    sent = plan | {"ends_on": str(challenge.ends_on)}
    assert "At most 10,000 steps" in words(staff.post(preview, sent))


def test_what_is_over_cannot_be_published(staff, acme):
    late = ChallengeFactory(
        organization=acme, starts_on="2020-01-01", ends_on="2020-01-09", published_at=None
    )
    publish = reverse("dashboard:challenge-publish", args=[late.pk])
    assert "The last day is over already." in words(staff.post(publish, follow=True))
