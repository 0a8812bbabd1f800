"""How many of something fit into a sliding window."""

from concurrent.futures import ThreadPoolExecutor

from django.core.cache import cache

from config.cache import ForgetfulRedisCache

NOON = 1_795_262_400.0


def taken(at, *, key, most=10, times=20):
    return sum(cache.take(key, most=most, seconds=60, at=at) for _ in range(times))


def test_no_more_than_the_most_fit_into_a_window():
    assert taken(NOON, key="full") == 10
    assert taken(NOON + 59, key="full") == 0


def test_the_window_before_counts_less_and_less():
    assert taken(NOON + 30, key="sliding") == 10
    assert taken(NOON + 60, key="sliding") == 0
    assert taken(NOON + 90, key="sliding") == 5
    assert taken(NOON + 180, key="sliding") == 10


def test_what_was_refused_does_not_count():
    taken(NOON, key="refused", times=1000)
    assert taken(NOON + 120, key="refused") == 10


def test_others_have_windows_of_their_own():
    assert taken(NOON, key="one") == taken(NOON, key="other") == 10


def test_two_at_once_are_never_both_the_last():
    def take(_number):
        return cache.take("race", most=10, seconds=60, at=NOON)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, range(100))) == 10


def test_without_redis_there_is_always_room():
    nowhere = ForgetfulRedisCache("redis://127.0.0.1:1/0", {})
    assert nowhere.take("window", most=1, seconds=60, at=NOON)
    assert nowhere.take("window", most=1, seconds=60, at=NOON)
