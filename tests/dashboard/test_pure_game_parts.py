"""Stations as text, small groups, the map, cells of tables, the trail in words."""

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from challenges.models import AuditEntry
from dashboard import csv_cells
from dashboard.journey_map import HEIGHT, WIDTH, journey_map
from dashboard.moments import in_words
from dashboard.small_groups import GroupPeople, may_be_shown
from dashboard.stations import StationsField
from dashboard.trail import lines_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("12000 Lake View", [{"at": 12000, "name": "Lake View"}]),
        ("12,000: Lake View\n\n  13.500 ; B ", [(12000, "Lake View"), (13500, "B")]),
        ("5 4 Seasons Hotel", [(5, "4 Seasons Hotel")]),
        ("0 Start", [(0, "Start")]),
    ],
)
def test_stations_are_read(text, found):
    wanted = [one if isinstance(one, dict) else {"at": one[0], "name": one[1]} for one in found]
    assert StationsField(most=9, required=False).clean(text) == wanted


@pytest.mark.parametrize("text", ["Lake", "12", "-5 Lake", f"{'9' * 13} Far", f"1 {'x' * 81}"])
def test_a_line_that_is_no_station_is_refused_with_its_number(text):
    with pytest.raises(ValidationError, match="Line 2"):
        StationsField(most=9, required=False).clean(f"1 Start\n{text}")


def test_too_many_stations_are_refused():
    with pytest.raises(ValidationError, match="At most 1"):
        StationsField(most=1, required=False).clean("1 A\n2 B")


def test_stations_are_written_as_they_are_read():
    field = StationsField(most=9, required=False)
    stations = [{"at": 1, "name": "A"}, {"at": 2000, "name": "B C"}]
    assert field.clean(field.prepare_value(stations)) == stations


def group(people, private=()):
    return GroupPeople(frozenset(people), frozenset(private))


def test_a_small_group_is_not_shown():
    groups = {"A": group(range(10)), "B": group(range(10, 14))}
    # What is left outside of A would be the four of B.
    assert may_be_shown(groups, range(14), 5) == set()


def test_a_small_group_among_others_who_are_in_none_hides_nothing_else():
    groups = {"A": group(range(10)), "B": group(range(10, 14))}
    assert may_be_shown(groups, range(20), 5) == {"A"}


def test_two_small_groups_protect_each_other():
    groups = {"A": group(range(10)), "B": group([10, 11, 12]), "C": group([13, 14, 15])}
    assert may_be_shown(groups, range(16), 5) == {"A"}


def test_the_smallest_of_the_others_is_left_out_too():
    groups = {"A": group(range(10)), "B": group(range(10, 16)), "C": group([16, 17])}
    assert may_be_shown(groups, range(18), 5) == {"A"}


@pytest.mark.parametrize(("private", "shown"), [(0, True), (1, False), (4, False), (5, True)])
def test_a_group_with_few_private_people_is_not_shown(private, shown):
    groups = {"A": group(range(8), range(private))}
    assert may_be_shown(groups, range(8), 5) == ({"A"} if shown else set())


@given(st.lists(st.sets(st.integers(0, 30)), max_size=6), st.sets(st.integers(0, 40)))
def test_never_a_small_group_and_never_a_small_rest(sets, others):
    groups = {str(n): group(people) for n, people in enumerate(sets)}
    everybody = set().union(others, *sets)
    shown = may_be_shown(groups, everybody, 5)
    assert all(len(groups[name].everybody) >= 5 for name in shown)
    inside = set().union(*(groups[name].everybody for name in shown))
    assert not shown or len(everybody - inside) not in range(1, 5)


@given(
    st.integers(1, 10**8),
    st.lists(st.floats(0, 1), max_size=5),
    st.lists(st.integers(0, 2 * 10**8), max_size=5),
)
def test_a_map_stays_in_its_frame(length, shares, ways):
    places = [{"at": int(share * length), "name": "X"} for share in shares]
    drawn = journey_map(length, places, ways)
    points = [(place.x, place.y) for place in drawn.places]
    points += [drawn.front] if drawn.front else []
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in points)
    assert 0 <= drawn.percent <= 100


def test_a_map_counts_who_has_passed():
    drawn = journey_map(100, [{"at": 0, "name": "A"}, {"at": 60, "name": "B"}], [10, 60, 90])
    assert [place.passed for place in drawn.places] == [3, 2]
    assert journey_map(100, [], []).walked == ""


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@A1", "\t=1", "  =1", "\n=1", "\uff1d1"])
def test_a_cell_is_never_a_formula(evil):
    assert csv_cells.cell(evil) == f"'{evil}"


@given(st.text())
def test_no_text_becomes_a_formula_in_a_file(text):
    body = csv_cells.table(["a"], [[text]]).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(body, newline="")))
    cell = rows[1][0] if len(rows) > 1 and rows[1] else ""
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [(-5, -5), (None, ""), (True, "yes"), (date(2026, 1, 2), "2026-01-02"), ("a,b", "a,b")],
)
def test_other_cells_stay_as_they_are(value, cell):
    assert csv_cells.cell(value) == cell


def test_an_instant_is_worded_in_both_zones_where_they_differ():
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    berlin = in_words(noon, ZoneInfo("Europe/Berlin"))
    assert berlin == "Monday, 5 January 2026, 13:00 CET (12:00 UTC)"
    assert in_words(noon, UTC) == "Monday, 5 January 2026, 12:00 UTC"


def test_the_trail_is_told_in_words():
    entry = AuditEntry(
        at=datetime(2026, 1, 5, tzinfo=UTC),
        action="moved",
        subject="participant 7",
        before={"team": "id-1"},
        after={"team": None},
        reason="Moved desks",
    )
    (line,) = lines_of([entry], {"participant 7": "Ada", "id-1": "Ibex"})
    assert (line.who, line.what, line.subject) == ("Stepwell", "Moved to another team", "Ada")
    assert [(each.before, each.after) for each in line.changes] == [("Ibex", None)]


def test_a_number_in_the_trail_is_never_taken_for_a_person():
    entry = AuditEntry(action="edited", before={"grace_hours": 7}, after={"grace_hours": 8})
    (line,) = lines_of([entry], {"participant 7": "Ada"})
    assert [(each.before, each.after) for each in line.changes] == [("7", "8")]


def test_an_action_nobody_has_words_for_is_shown_as_it_is():
    (line,) = lines_of([AuditEntry(action="turned_around", before={}, after={})])
    assert line.what == "Turned around"
