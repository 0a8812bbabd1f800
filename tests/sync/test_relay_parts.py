"""An upload in parts of one batch: its complete window speaks of all parts together."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from steps.models import Report, Sample
from tests.sync.test_installations_api import connected, push
from users.instants import rfc3339

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(api, alice, time_machine):
    time_machine.move_to("2026-11-20T11:00:00Z", tick=False)
    return connected(api(alice), "healthkit")["relay_token"]


def walk(name, hour, steps):
    start = timezone.now() - timedelta(hours=hour)
    return {
        "id": name,
        "start": rfc3339(start),
        "end": rfc3339(start + timedelta(minutes=10)),
        "count": steps,
    }


def part(seconds, *samples, final, batch="b"):
    now = timezone.now()
    return {
        "batch_id": batch,
        "final": final,
        "sent_at": rfc3339(now - timedelta(minutes=5) + timedelta(seconds=seconds)),
        "samples": list(samples),
        "window": {
            "from": rfc3339(now - timedelta(hours=10)),
            "to": rfc3339(now),
            "complete": True,
        },
    }


def left():
    return set(Sample.objects.values_list("external_id", flat=True))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_no_part_deletes_what_another_has_listed(token, order):
    push(token, samples=[walk("old", 9, 9)], sent_at="2026-11-20T09:00:00Z")
    parts = [
        part(0, walk("a", 8, 1), final=False),
        part(1, walk("b", 7, 2), final=False),
        part(2, walk("c", 6, 4), final=True),
    ]
    for place in order:
        push(token, **parts[place])
    assert left() == {"a", "b", "c"}
    before = Report.objects.count()
    for each in parts:
        push(token, **each)
    assert (left(), Report.objects.count()) == ({"a", "b", "c"}, before)


def test_the_next_batch_deletes_what_it_does_not_list(token):
    push(token, **part(0, walk("a", 8, 1), final=False))
    push(token, **part(1, walk("b", 7, 2), final=True))
    push(token, **part(2, walk("b", 7, 2), final=True, batch="next"))
    assert left() == {"b"}


@pytest.mark.parametrize("batch", [None, ""])
def test_without_a_batch_nothing_is_known_of_other_parts(token, batch):
    push(token, **part(0, walk("a", 8, 1), final=None, batch=batch))
    push(token, **part(1, walk("b", 7, 2), final=False, batch=batch))
    assert left() == {"a", "b"}
    push(token, **part(2, walk("c", 6, 4), final=True, batch=batch))
    assert left() == {"c"}


def test_nothing_is_deleted_where_nobody_can_tell_whether_parts_follow(token):
    push(token, **part(0, walk("a", 8, 1), final=True))
    answer = push(token, **part(1, final="perhaps", batch="next"))
    assert [each["list"] for each in answer.json()["rejected"]] == ["final"]
    assert left() == {"a"}


def test_a_batch_with_too_long_a_name_costs_the_name_only(token):
    answer = push(token, **part(0, walk("a", 8, 1), final=True, batch="x" * 81))
    assert [each["list"] for each in answer.json()["rejected"]] == ["batch_id"]
    assert left() == {"a"}
