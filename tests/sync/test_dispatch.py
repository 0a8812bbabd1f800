"""Whoever waits is served by workers of their own."""

import pytest

from tests.sync.routes import queue_of


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("sync.tasks.run_now", "interactive"),
        ("sync.tasks.run_claimed", "sync"),
        ("sync.tasks.revoke_pending", "default"),
        ("sync.tasks.make_export", "default"),
    ],
)
def test_every_task_goes_to_its_queue(task, queue):
    assert queue_of(task) == queue
