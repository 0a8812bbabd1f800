"""Where a browser may land after connecting: there, and not a step beside it."""

import pytest

from sync import return_to
from users.problems import ProblemError

HERE = "https://steps.example.org"
ALLOWED = ["stepwell://", "https://app.example.com/done", "https://portal.example.com"]


@pytest.fixture(autouse=True)
def deployment(settings):
    settings.BASE_URL = HERE
    settings.RETURN_TO_ALLOWED = ALLOWED


@pytest.mark.parametrize(
    "wanted",
    [
        "stepwell://connected",
        "stepwell://connected?screen=2",
        "stepwell:/connected",
        "https://app.example.com/done",
        "https://app.example.com/done/",
        "https://app.example.com/done/here?tab=1#top",
        "https://portal.example.com",
        "https://portal.example.com/anywhere",
        f"{HERE}/oauth/done",
    ],
)
def test_what_the_operator_allows_is_taken_as_it_is(wanted):
    assert return_to.checked(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "http://app.example.com/done",
        "https://app.example.com/",
        "https://app.example.com/donely",
        "https://app.example.com/done/../admin",
        "https://app.example.com/done/%2e%2e/admin",
        "https://app.example.com/done/..\\admin",
        "https://app.example.com.evil.example/done",
        "https://app.example.com@evil.example/done",
        "https://app.example.com:444/done",
        "https:///evil.example",
        "//evil.example/done",
        "javascript:alert(1)",
        "stepwell-evil://x",
        "data:text/html,x",
        "https://app.example.com/done\n.evil",
        "https://[broken/done",
        "oauth/done",
    ],
)
def test_everything_else_is_refused(wanted):
    with pytest.raises(ProblemError) as refused:
        return_to.checked(wanted)
    assert refused.value.status == 400


def test_without_a_wish_a_page_of_ours_says_how_it_went():
    assert return_to.checked("") == f"{HERE}/oauth/done"


@pytest.mark.parametrize(
    ("landing", "shown"),
    [
        ("stepwell://connected", "stepwell://connected?error=access_denied"),
        ("stepwell://connected?a=1", "stepwell://connected?a=1&error=access_denied"),
        (f"{HERE}/x#top", f"{HERE}/x?error=access_denied#top"),
    ],
)
def test_the_outcome_is_added_to_what_the_app_said(landing, shown):
    assert return_to.with_result(landing, error="access_denied") == shown
