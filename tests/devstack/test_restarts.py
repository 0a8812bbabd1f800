"""When a dead process is started again, and when that is given up."""

from devstack.restarts import RestartLimit


def test_each_death_within_a_minute_waits_twice_as_long():
    limit = RestartLimit(times=4, first_wait=0.5)
    assert [limit.wait_after_death(now) for now in (0, 1, 2, 3)] == [0.5, 1, 2, 4]


def test_it_gives_up_after_too_many_deaths():
    limit = RestartLimit(times=2)
    waits = [limit.wait_after_death(now) for now in (0, 1, 2)]
    assert waits[-1] is None
    assert None not in waits[:-1]


def test_old_deaths_are_forgotten():
    limit = RestartLimit(times=2, first_wait=0.5, per_seconds=60)
    assert limit.wait_after_death(0) == 0.5
    assert limit.wait_after_death(1) == 1
    assert limit.wait_after_death(100) == 0.5
