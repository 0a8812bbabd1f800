"""The number of queries of a page does not grow with the number of people."""

import pytest

from tests.dashboard import people as made

PAGES = {
    "/dashboard/": 24,
    "/dashboard/challenges/": 6,
    "/dashboard/people/": 12,
    "/dashboard/people/?who=taking_part&cause=consent_revoked": 20,
}


@pytest.fixture
def crowd(acme):
    people = [person for _ in range(4) for person in made.everybody(acme)]
    return made.running_challenge(acme, people)


@pytest.mark.parametrize(("address", "most"), PAGES.items())
def test_a_page_asks_a_fixed_number_of_questions(
    staff, crowd, address, most, django_assert_max_num_queries
):
    with django_assert_max_num_queries(most):
        assert staff.get(address).status_code == 200


def test_the_page_of_a_challenge_asks_a_fixed_number(staff, crowd, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        assert staff.get(f"/dashboard/challenges/{crowd.pk}/").status_code == 200
