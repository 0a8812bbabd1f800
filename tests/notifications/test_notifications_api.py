"""Messages, wishes, feed and badges as a phone and a mail program meet them."""

from datetime import timedelta

import pytest
from django.core import mail

from notifications import sending
from notifications.models import FeedItem, Notification
from notifications.telling import Happening, show, tell
from notifications.watch import progress
from tests.factories import NOON
from tests.notifications.test_telling import started

pytestmark = pytest.mark.django_db


def test_messages_are_listed_newest_first_and_read_once(alice, bob, api):
    tell([started(alice, "a"), started(bob, "b")], now=NOON)
    tell([started(alice, "c")], now=NOON + timedelta(minutes=1))
    phone = api(alice)
    listed = phone.get("/api/v1/me/notifications").json()
    assert [row["title"] for row in listed["results"]] == ["Autumn walk has begun"] * 2
    assert listed["unread"] == 2
    first = listed["results"][0]["id"]
    assert phone.post("/api/v1/me/notifications/read", {"ids": [first]}, "json").json() == {
        "unread": 1
    }
    assert phone.post("/api/v1/me/notifications/read", {}, "json").json() == {"unread": 0}
    assert Notification.objects.filter(person=bob, read_at=None).count() == 1


def test_wishes_have_defaults_and_are_changed_in_parts(alice, api):
    phone = api(alice)
    before = phone.get("/api/v1/me/notification-settings").json()
    assert before["channels"]["started"] == ["email", "push"]
    assert (before["quiet_from"], before["quiet_to"], before["digest"]) == ("21:00", "08:00", False)
    after = phone.patch(
        "/api/v1/me/notification-settings",
        {"channels": {"summary": []}, "quiet_from": "22:30", "digest": True},
        "json",
    ).json()
    assert after["channels"]["summary"] == []
    assert after["channels"]["started"] == ["email", "push"]
    assert (after["quiet_from"], after["digest"]) == ("22:30", True)


@pytest.mark.parametrize(
    "body",
    [
        {"channels": {"nonsense": []}},
        {"channels": {"summary": ["fax"]}},
        {"channels": []},
        {"quiet_from": "25:00"},
        {"digest": "perhaps"},
    ],
)
def test_wrong_wishes_are_refused(alice, api, body):
    answer = api(alice).patch("/api/v1/me/notification-settings", body, "json")
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_devices_come_and_go(alice, bob, api):
    made = api(alice).post("/api/v1/me/push-devices", {"platform": "ios", "address": "abc"}, "json")
    assert made.status_code == 201
    place = f"/api/v1/me/push-devices/{made.json()['id']}"
    assert api(bob).delete(place).status_code == 404
    assert api(alice).delete(place).status_code == 204
    assert api(alice).delete(place).status_code == 404


def test_the_feed_shows_people_as_they_wish_now(game, player, alice, bob, charlie, api):
    player(alice), player(bob)
    item = Happening(
        challenge_id=game.pk,
        kind="milestone",
        key="m",
        person_id=bob.pk,
        facts={"threshold": 100_000},
    )
    show([item, item], now=NOON)
    assert FeedItem.objects.count() == 1
    path = f"/api/v1/challenges/{game.pk}/feed"
    (row,) = api(alice).get(path).json()["results"]
    assert (row["name"], row["is_me"], row["title"]) == ("Bob Brown", False, "100,000 steps!")
    bob.leaderboard_visibility = "hidden"
    bob.save()
    assert api(alice).get(path).json()["results"][0]["name"] == "Somebody"
    assert api(charlie).get(path).status_code == 404


def test_badges_list_everything_that_can_be_earned(game, player, alice, bob, api):
    player(alice, {2: 12_000})
    progress.watch(now=NOON)
    path = f"/api/v1/challenges/{game.pk}/badges"
    mine = {row["code"]: row["earned_on"] for row in api(alice).get(path).json()["results"]}
    assert mine["day_10k"] == "2026-11-02"
    assert mine["day_20k"] is None
    bobs = api(bob).get(path).json()["results"]
    assert not any(row["earned_on"] for row in bobs)


def link_in_mail(person):
    tell([started(person)], now=NOON)
    sending.send_due(now=NOON, limit=5)
    header = mail.outbox[-1].extra_headers["List-Unsubscribe"]
    return header.strip("<>").partition("/notifications/")[2]


def test_one_click_stops_mails_and_opening_the_link_alone_does_not(alice, client):
    path = f"/notifications/{link_in_mail(alice)}"
    assert "Stop these mails?" in client.get(path).content.decode()
    tell([started(alice, "again")], now=NOON)
    assert sending.send_due(now=NOON, limit=5) == 1
    assert "no more mails" in client.post(path).content.decode()
    tell([started(alice, "and again")], now=NOON)
    assert sending.send_due(now=NOON, limit=5) == 0


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "x" * 3000, "%00"])
def test_a_link_that_is_not_ours_stops_nothing(db, client, token):
    assert client.post(f"/notifications/unsubscribe/{token}").status_code == 404


@pytest.mark.parametrize(
    "path", ["me/notifications?cursor=x", "challenges/nonsense/feed", "challenges/1/badges"]
)
def test_bad_addresses_are_refused_with_a_problem(alice, api, path):
    answer = api(alice).get(f"/api/v1/{path}")
    assert answer.status_code in {400, 404}
    assert answer["Content-Type"] == "application/problem+json"
