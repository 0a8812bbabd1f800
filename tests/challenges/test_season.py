"""A season through the ledger comes to what a second ledger and a second scorer say."""

import pytest

from bench.season.playing import play


def season(people, seed):
    found = play(people=people, seed=seed, say=lambda _event: None)
    assert found.wrong == []
    return found.rows


@pytest.mark.django_db
@pytest.mark.timeout(240)
def test_a_dozen_people(db):
    rows = season(12, seed=3)
    assert rows["day"] > 12 * 40
    assert rows["steps: line"] >= 10
    assert rows["steps: correction"] > 0


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2])
def test_sixty_people(db, seed):
    season(60, seed)
