"""The number of queries of a page does not grow with the number of people."""

from datetime import timedelta

import pytest
from django.utils import timezone

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


@pytest.mark.parametrize(
    ("part", "most"),
    [
        ("people/", 20),
        ("teams/", 12),
        ("standings/", 20),
        ("standings/?board=teams", 20),
        ("standings/?board=departments", 20),
        ("feed/", 12),
        ("end/", 16),
        ("audit/", 12),
        ("export/participation.csv", 16),
    ],
)
def test_the_pages_of_a_challenge_ask_a_fixed_number(
    staff, crowd, part, most, django_assert_max_num_queries
):
    with django_assert_max_num_queries(most):
        assert staff.get(f"/dashboard/challenges/{crowd.pk}/{part}").status_code == 200


def test_a_closing_challenge_asks_a_fixed_number(staff, crowd, django_assert_max_num_queries):
    today = timezone.now().date()
    crowd.starts_on, crowd.ends_on = today - timedelta(days=9), today - timedelta(days=2)
    crowd.grace_hours = 72
    crowd.save()
    with django_assert_max_num_queries(20):
        answer = staff.get(f"/dashboard/challenges/{crowd.pk}/end/")
    assert answer.context["listed"].total
