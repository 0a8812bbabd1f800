from challenges.freshness import Freshness
from dashboard.filters import PeopleFilter, read_filter


def test_a_filter_survives_the_way_through_the_address():
    wanted = PeopleFilter(
        state=Freshness.BROKEN, search="a b&c", cause="x", provider="y", taking_part=True
    )
    assert (
        wanted.query(page=3) == "state=broken&q=a+b%26c&cause=x&provider=y&who=taking_part&page=3"
    )


def test_nonsense_filters_nothing():
    wanted = read_filter({"state": "purple", "q": "\x00 ", "who": "them", "page": "-7"})
    assert wanted == PeopleFilter(page="-7")
    assert not wanted.is_narrow


def test_an_endless_search_is_cut():
    assert len(read_filter({"q": "x" * 5000}).search) == 100
