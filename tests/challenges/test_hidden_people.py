"""Hiding: no address a participant can ask tells the number of who hides, whatever is asked.

Hidden Hanna walks 54,321 steps, a number that nothing else here gives.
"""

import base64
import json
import re
import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from challenges import refill, results, rounds, scoring
from challenges.models import Participant, ResultLine, Team
from notifications.models import FeedItem, Notification
from sync import export
from tests.factories import (
    ChallengeFactory,
    DayFactory,
    ParticipantFactory,
    TeamFactory,
    UserFactory,
)
from users.appearance import MEANINGS
from users.models import Group, Visibility

DAY = timedelta(days=1)
SECRET = 54_321
NAME, ALIAS = "Hanna Hidden", "Shadow"
TOLD = re.compile(rf"{SECRET}|{SECRET:,}|{NAME}|{ALIAS}")
PATHS = sorted(
    path
    for path, methods in SchemaGenerator().get_schema(request=None, public=True)["paths"].items()
    if "get" in methods and path.startswith("/api/v1/")
)
QUERIES = [
    {"board": board, "view": view, "limit": limit}
    for board in ("people", "teams", "departments")
    for view in ("top", "around_me")
    for limit in (1, 2, 50)
]
BACKENDS = pytest.mark.parametrize("filled", [False, True], ids=["postgres", "redis"])


@pytest.fixture
def hanna(acme):
    return UserFactory(
        organization=acme,
        display_name=NAME,
        leaderboard_name=ALIAS,
        email="shadow@acme.example",
        leaderboard_visibility=Visibility.HIDDEN,
    )


def walk(person, challenge, steps):
    """Let the person have walked on the second day of the challenge, and score it."""
    day = challenge.starts_on + DAY
    DayFactory(person=person, date=day, steps=steps)
    with transaction.atomic():
        scoring.record_days(person_id=person.pk, dates=[day], now=timezone.now())


def play(acme, hanna, people, **fields):
    """Hanna alone in her team and department, everybody else in two teams and a department."""
    today = timezone.now().date()
    dates = {"starts_on": today - 3 * DAY, "ends_on": today + 10 * DAY}
    challenge = ChallengeFactory(organization=acme, **dates | fields)
    den, red, blue = (TeamFactory(challenge=challenge, name=name) for name in ("Den", "Red", "Blu"))
    for number, person in enumerate([hanna, *people]):
        team = den if person == hanna else (red, blue)[number % 2]
        hidden = person.leaderboard_visibility == Visibility.HIDDEN
        ParticipantFactory(challenge=challenge, person=person, team=team, hidden=hidden)
        walk(person, challenge, SECRET if person == hanna else 10_000 * (1 + number))
    return challenge


@pytest.fixture
def people(acme, hanna):
    acme.minimum_group_size = 1
    acme.save()
    found = UserFactory.create_batch(6, organization=acme)
    lonely = Group.objects.create(organization=acme, kind="department", name="Lonely")
    lonely.people.add(hanna)
    Group.objects.create(organization=acme, kind="department", name="Crowd").people.set(found)
    return found


@pytest.fixture
def challenge(acme, hanna, people):
    return play(acme, hanna, people)


def frozen(challenge):
    today = timezone.now().date()
    challenge.starts_on, challenge.ends_on = today - 3 * DAY, today - 3 * DAY + DAY
    challenge.grace_hours = 0
    challenge.save()
    assert results.finalise(challenge=challenge, now=timezone.now() + DAY)
    return challenge


def decoded(text):
    """Return the text with every cursor in it that is more than a place opened."""
    opened = []
    for word in re.findall(r'"next":\s?"([^"]+[^"0-9][^"]*)"', text):
        padded = word + "=" * (-len(word) % 4)
        opened.append(base64.urlsafe_b64decode(padded).decode("latin-1"))
    return " ".join([text, *opened])


def everything(client, challenge, person):
    """Return what every address says that gives something, page by page, whatever is asked."""
    ids = {
        "challenge_id": str(challenge.pk),
        "team_id": str(person.participations.get(challenge=challenge).team_id),
    }
    for path in PATHS:
        address = re.sub(r"{(\w+)}", lambda name: ids.get(name[1], str(uuid.UUID(int=0))), path)
        queries = QUERIES if "leaderboard" in path or "lines" in path else [{}]
        for query in queries:
            yield from pages(client, address, query)


def pages(client, address, query):
    cursor, number = {}, 0
    while cursor is not None and number < 30:
        answer = client.get(address, query | cursor)
        yield address, decoded(answer.content.decode())
        body = answer.json() if answer.content else {}
        following = body.get("next") if isinstance(body, dict) else None
        cursor, number = ({"cursor": following} if following else None), number + 1


def told(client, challenge, person):
    return [
        (address, found[0])
        for address, text in everything(client, challenge, person)
        if (found := TOLD.search(text))
    ]


def test_the_addresses_are_all_there():
    wanted = {"leaderboard", "lines", "rounds", "feed", "badges", "result", "progress", "{day}"}
    assert wanted <= {path.rsplit("/", 1)[1] for path in PATHS}


@BACKENDS
def test_nobody_is_told_while_it_runs(api, hanna, people, challenge, filled):
    if filled:
        refill.refill(now=timezone.now())
    for person in people[:2]:
        assert told(api(person), challenge, person) == []
    own = {address.rsplit("/", 1)[1] for address, _ in told(api(hanna), challenge, hanna)}
    assert {"me", "leaderboard", "progress", str(challenge.pk)} <= own


def test_nobody_is_told_by_a_frozen_result(api, hanna, people, challenge):
    frozen(challenge)
    assert told(api(people[0]), challenge, people[0]) == []
    own = {address.rsplit("/", 1)[1] for address, _ in told(api(hanna), challenge, hanna)}
    assert {"leaderboard", "lines"} <= own


def test_who_hides_after_the_end_is_told_of_no_longer(api, hanna, people, challenge):
    client = api(hanna)
    client.patch("/api/v1/me", {"leaderboard_visibility": "name"}, format="json")
    frozen(challenge)
    assert ResultLine.objects.filter(score=SECRET, board="people", hidden=False).exists()
    seen = {address.rsplit("/", 1)[1] for address, _ in told(api(people[0]), challenge, people[0])}
    assert {"leaderboard", "lines"} <= seen
    client.patch("/api/v1/me", {"leaderboard_visibility": "hidden"}, format="json")
    assert told(api(people[0]), challenge, people[0]) == []


def test_nobody_is_told_by_rounds(api, acme, hanna, people):
    challenge = play(acme, hanna, people, kind="bracket")
    rounds.advance(challenge=challenge, now=timezone.now())
    assert told(api(people[0]), challenge, people[0]) == []
    where = f"/api/v1/challenges/{challenge.pk}/rounds"
    (first,) = api(people[0]).get(where).json()["results"]
    sides = [side for match in first["matches"] for side in match.values() if side]
    hidden = [side for side in sides if side["name"] == "Hidden participant"]
    assert [side["steps"] for side in hidden] == [None]
    (first,) = api(hanna).get(where).json()["results"]
    sides = [side for match in first["matches"] for side in match.values() if side]
    assert [side["steps"] for side in sides if side["is_me"]] == [SECRET]


def test_nobody_is_told_by_news_messages_and_their_own_export(api, hanna, people, challenge):
    now, bob = timezone.now(), people[0]
    facts = {"threshold": 50_000, "challenge": challenge.name}
    FeedItem.objects.create(
        challenge=challenge, kind="milestone", key="m", person=hanna, facts=facts, at=now
    )
    Notification.objects.create(
        person=bob,
        kind="overtaken",
        key="o",
        challenge=challenge,
        facts={"rank": 2, "by_person": hanna.pk, "challenge": challenge.name},
        created_at=now,
    )
    assert told(api(bob), challenge, bob) == []
    document = b"".join(export.document(bob, now=now)).decode()
    assert json.loads(document)["participations"]
    assert not TOLD.search(document)


@BACKENDS
def test_a_team_of_hidden_people_is_for_its_members_and_leaves_no_gap(
    api, hanna, people, challenge, filled
):
    if filled:
        refill.refill(now=timezone.now())
    where = f"/api/v1/challenges/{challenge.pk}/leaderboard"
    bob, own = api(people[0]), api(hanna)
    seen = bob.get(where, {"board": "teams", "limit": 2}).json()
    assert [(line["rank"], line["name"]) for line in seen["entries"]] == [(1, "Red"), (2, "Blu")]
    one_by_one, cursor = [], {}
    while cursor is not None:
        page = bob.get(where, {"board": "teams", "limit": 1} | cursor).json()
        one_by_one += [line["name"] for line in page["entries"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert one_by_one == ["Red", "Blu"]
    seen = own.get(where, {"board": "teams"}).json()
    assert [line["name"] for line in seen["entries"]] == ["Red", "Blu", "Den"]
    assert (seen["me"]["name"], seen["me"]["score"]) == ("Den", SECRET)


@BACKENDS
def test_a_cursor_made_up_finds_no_gap_where_somebody_hides(api, people, challenge, filled):
    """Asking behind every possible standing tells nothing of one that is not shown."""
    challenge.teams.filter(name="Den").update(score=SECRET * 10)
    if filled:
        refill.refill(now=timezone.now())
    bob = api(people[0])
    where = f"/api/v1/challenges/{challenge.pk}/leaderboard"
    team = str(Team.objects.get(name="Den").pk)
    answers = []
    for standing in (SECRET * 10 + 1, SECRET * 10, SECRET * 10 - 1, 10**9):
        cursor = base64.urlsafe_b64encode(f"{standing}:{team}".encode()).decode().rstrip("=")
        query = {"board": "teams", "limit": 2, "cursor": cursor}
        answers.append([line["name"] for line in bob.get(where, query).json()["entries"]])
    assert answers == [["Red", "Blu"]] * 4


def test_one_who_shows_themselves_shows_the_team(api, people, challenge):
    """The sum is shown, as the switch says; what each gave is not."""
    den = challenge.teams.get(name="Den")
    joiner = UserFactory(organization=challenge.organization)
    ParticipantFactory(challenge=challenge, person=joiner, team=den)
    walk(joiner, challenge, 1)
    client = api(people[0])
    where = f"/api/v1/challenges/{challenge.pk}/leaderboard"
    lines = client.get(where, {"board": "teams"}).json()["entries"]
    assert {line["name"]: line["score"] for line in lines}["Den"] == SECRET + 1
    assert told(client, challenge, people[0]) == []


def test_an_empty_team_is_no_secret(api, people, challenge):
    TeamFactory(challenge=challenge, name="New")
    where = f"/api/v1/challenges/{challenge.pk}/leaderboard"
    lines = api(people[0]).get(where, {"board": "teams"}).json()["entries"]
    assert "New" in {line["name"] for line in lines}


def test_hiding_says_what_it_does_where_it_is_chosen(api, alice):
    client = api(alice)
    choices = client.get("/api/v1/me").json()["leaderboard_choices"]
    assert {each["value"]: each["meaning"] for each in choices} == MEANINGS
    assert [each["value"] for each in choices] == list(Visibility.values)
    words = MEANINGS[Visibility.HIDDEN]
    assert "still count in the scores of your team and your department" in words
    assert "can work out" in words
    changed = client.patch(
        "/api/v1/me", {"leaderboard_visibility": "hidden", "leaderboard_choices": []}, format="json"
    )
    assert changed.json()["leaderboard_choices"] == choices


def test_all_of_this_would_be_noticed(api, hanna, people, challenge):
    """The same search finds the number as soon as nobody hides it."""
    Participant.objects.update(hidden=False)
    type(hanna).objects.filter(pk=hanna.pk).update(leaderboard_visibility=Visibility.NAME)
    found = {address.rsplit("/", 1)[1] for address, _ in told(api(people[0]), challenge, people[0])}
    assert "leaderboard" in found
