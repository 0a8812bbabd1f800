"""Watchers find the news of a challenge, tell it once, and look again without telling it twice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from challenges.models import Participant, Result, ResultLine
from notifications.models import Badge, FeedItem, Notification
from notifications.watch import overtaken, phases, progress, silence, summaries
from steps.models import Freshness
from tests.factories import NOON
from tests.notifications.conftest import walk

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=10)


def told(person, kind):
    rows = Notification.objects.filter(person=person, kind=kind).order_by("created_at")
    return [row.facts for row in rows]


class TestPhases:
    def test_the_beginning_is_told_to_everybody_once(self, game, player, alice, bob):
        game.starts_on = NOON.date()
        game.save()
        player(alice), player(bob)
        assert phases.watch(now=NOON) == 2
        assert phases.watch(now=LATER) == 0
        assert told(alice, "started")[0]["challenge"] == "Autumn walk"
        assert FeedItem.objects.get().kind == "started"

    def test_a_challenge_that_began_long_ago_is_no_news(self, game, player, alice):
        player(alice)
        assert phases.watch(now=NOON) == 0

    def test_the_end_is_announced_before_it_comes(self, game, player, alice):
        player(alice)
        assert phases.watch(now=datetime(2026, 11, 28, 9, tzinfo=UTC)) == 1
        assert told(alice, "closing")[0]["ends_on"] == "2026-11-30"

    def test_a_result_is_told_with_the_place_and_again_when_frozen_anew(self, game, player, alice):
        row = player(alice, {2: 9000})
        final = datetime(2026, 12, 10, 9, tzinfo=UTC)
        assert phases.watch(now=final) == 0
        freeze(game, row, edition=1, rank=1)
        assert phases.watch(now=final) == 1
        Result.objects.update(superseded_at=final)
        freeze(game, row, edition=2, rank=2)
        assert phases.watch(now=final) == 1
        assert sorted(facts["rank"] for facts in told(alice, "result")) == [1, 2]
        assert {facts["unit"] for facts in told(alice, "result")} == {"steps"}

    def test_a_draft_tells_nobody(self, game, player, alice):
        game.published_at, game.starts_on = None, NOON.date()
        game.save()
        player(alice)
        assert phases.watch(now=NOON) == 0


def freeze(game, row, *, edition, rank):
    result = Result.objects.create(
        challenge=game, edition=edition, frozen_at=NOON, fingerprint="f" * 64
    )
    ResultLine.objects.create(
        result=result,
        board="people",
        place=1,
        member=f"{row.pk:016x}",
        rank=rank,
        score=row.score,
        tiebreak=0,
        steps=row.steps,
    )


class TestSummaries:
    MORNING = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)  # 08:30 in Berlin

    def test_the_morning_tells_of_yesterday(self, game, player, alice, bob):
        player(alice, {18: 1000, 19: 9000}, rank_before=3)
        player(bob, {19: 20_000})
        assert summaries.watch(now=self.MORNING) == 2
        assert summaries.watch(now=self.MORNING + timedelta(minutes=5)) == 0
        (facts,) = told(alice, "summary")
        assert (facts["counted"], facts["score"]) == (9000, 10_000)
        assert (facts["rank"], facts["rank_before"], facts["date"]) == (2, 3, "2026-11-19")

    def test_it_waits_for_the_morning_of_each(self, game, player, alice, bob):
        bob.timezone = "America/New_York"
        bob.save()
        player(alice, {19: 9000}), player(bob, {19: 8000})
        assert summaries.watch(now=self.MORNING) == 1
        assert not told(bob, "summary")
        assert summaries.watch(now=datetime(2026, 11, 20, 13, 30, tzinfo=UTC)) == 1
        assert told(bob, "summary")

    def test_an_unknown_day_has_no_summary(self, game, player, alice):
        player(alice, {18: 9000})
        assert summaries.watch(now=self.MORNING) == 0

    def test_somebody_hidden_hears_their_number_without_a_rank(self, game, player, alice):
        player(alice, {19: 9000}, hidden=True)
        assert summaries.watch(now=self.MORNING) == 1
        assert "rank" not in told(alice, "summary")[0]


class TestProgress:
    def test_badges_and_milestones_are_told_once(self, game, player, alice):
        player(alice, {2: 12_000})
        assert progress.watch(now=NOON) == 2
        assert progress.watch(now=LATER) == 0
        assert told(alice, "badge")[0]["codes"] == ["day_10k", "first_steps"]
        assert told(alice, "milestone")[0]["threshold"] == 10_000
        assert dict(Badge.objects.values_list("code", "earned_on")) == {
            "first_steps": date(2026, 11, 2),
            "day_10k": date(2026, 11, 2),
        }

    def test_only_the_highest_milestone_of_a_backlog_is_told(self, game, player, alice):
        player(alice, dict.fromkeys(range(1, 12), 10_000))
        progress.watch(now=NOON)
        assert [facts["threshold"] for facts in told(alice, "milestone")] == [100_000]

    def test_a_correction_takes_a_badge_back_and_tells_nothing(self, game, player, alice):
        row = player(alice, {2: 12_000})
        progress.watch(now=NOON)
        walk(row, {2: 7000})
        assert progress.watch(now=LATER) == 0
        assert set(Badge.objects.values_list("code", flat=True)) == {"first_steps"}
        walk(row, {2: 12_000})
        assert progress.watch(now=LATER) == 0
        assert Badge.objects.count() == 2

    def test_a_badge_that_moves_to_another_day_is_not_new(self, game, player, alice):
        row = player(alice, {2: 12_000})
        progress.watch(now=NOON)
        walk(row, {1: 11_000, 2: 12_000})
        progress.watch(now=LATER)
        assert Badge.objects.get(code="day_10k").earned_on == date(2026, 11, 1)
        assert len(told(alice, "badge")) == 1

    def test_a_change_that_may_still_be_under_way_waits(self, game, player, alice):
        row = player(alice, {2: 12_000})
        Participant.objects.filter(pk=row.pk).update(version=row.version + 10**9)
        assert progress.watch(now=NOON) == 0
        assert progress.watch(now=NOON + timedelta(hours=1)) == 2

    def test_the_feed_shows_what_is_notable_of_who_shows_themselves(self, game, player, alice, bob):
        big = dict.fromkeys(range(1, 12), 10_000)
        player(alice, big), player(bob, big, hidden=True)
        progress.watch(now=NOON)
        assert set(FeedItem.objects.values_list("person__email", flat=True)) == {alice.email}


class TestOvertaken:
    def test_who_fell_behind_hears_of_it_once_a_day(self, game, player, alice, bob):
        game.ranked_on = NOON.date()
        game.save()
        player(alice, {2: 5000}, rank_before=1), player(bob, {2: 6000}, rank_before=2)
        assert overtaken.watch(now=NOON) == 1
        assert overtaken.watch(now=LATER) == 0
        (facts,) = told(alice, "overtaken")
        assert (facts["rank"], facts["by_person"]) == (2, bob.pk)
        assert not told(bob, "overtaken")

    @pytest.mark.parametrize(
        ("wish", "read"),
        [("name", "Bob Brown"), ("alias", "Flash"), ("hidden", "Somebody")],
    )
    def test_people_appear_as_they_wish_when_it_is_read(
        self, game, player, alice, bob, api, wish, read
    ):
        game.ranked_on = NOON.date()
        game.save()
        player(alice, {2: 5000}, rank_before=1), player(bob, {2: 6000}, rank_before=2)
        overtaken.watch(now=NOON)
        bob.leaderboard_visibility, bob.leaderboard_name = wish, "Flash"
        bob.save()
        (message,) = api(alice).get("/api/v1/me/notifications").json()["results"]
        assert message["body"] == f"{read} passed you in Autumn walk."
        assert str(bob.pk) not in str(message["facts"].values())


class TestSilence:
    def test_two_days_without_a_word_are_told_once(self, game, player, alice, bob):
        player(alice), player(bob)
        since = NOON - timedelta(days=3)
        Freshness.objects.create(person=alice, confirmed_at=since)
        Freshness.objects.create(person=bob, confirmed_at=NOON - timedelta(hours=20))
        assert silence.watch(now=NOON) == 1
        assert silence.watch(now=LATER) == 0
        assert told(alice, "not_synced")[0]["since"] == "2026-11-17T12:00:00Z"

    def test_a_new_silence_is_told_again(self, game, player, alice):
        player(alice)
        row = Freshness.objects.create(person=alice, confirmed_at=NOON - timedelta(days=9))
        silence.watch(now=NOON - timedelta(days=6))
        row.confirmed_at = NOON - timedelta(days=3)
        row.save()
        assert silence.watch(now=NOON) == 1
