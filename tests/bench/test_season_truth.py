"""The second ledger by examples of docs/ledger.md, and that a difference is a difference."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bench.season.__main__ import main
from bench.season.comparing import Comparison
from bench.season.told import Hour, Life, Look, Total, Walk, minute_of
from bench.season.truth import Days, Number, numbers

TODAY = date(2026, 10, 5)
NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
MINUTE = minute_of(NOON)
AT_HOME = [(0, "UTC")]


def look(at=0, *, late=0, **told):
    looked = NOON + timedelta(hours=1, minutes=at)
    return Look(looked=looked, received=looked + timedelta(days=late), **told)


def walk(id="a", start=0, per=10, *, thing="watch", typed=False):
    return Walk(id, thing, MINUTE + start, 10, per, typed)


def by_phone(*looks, until=None):
    return numbers(Life(AT_HOME, phone=list(looks)), until=until)


def by_cloud(*looks):
    return numbers(Life(AT_HOME, cloud=list(looks)))


def test_in_each_minute_the_better_thing_counts_and_typed_steps_stand_apart():
    said = (walk(), walk("b", 5, 99, thing="phone"), walk("t", 40, 7, thing="phone", typed=True))
    assert by_phone(look(walks=said)) == {TODAY: Number(100 + 5 * 99, 100 + 5 * 99 + 70)}
    over = (walk(), walk("t", 5, 7, thing="phone", typed=True))
    assert by_phone(look(walks=over)) == {TODAY: Number(100, 50 + 70)}


def test_the_newest_statement_holds_whenever_it_comes():
    older, newer = look(walks=(walk(per=10),), late=3), look(1, walks=(walk(per=4),))
    assert by_phone(newer, older) == {TODAY: Number(40, 40)}
    assert by_phone(newer, older, until=NOON + timedelta(hours=2)) == {TODAY: Number(40, 40)}
    assert by_phone(newer, older, until=NOON) == {}


def test_what_is_deleted_or_missing_where_all_was_listed_is_gone():
    first = look(walks=(walk("a"), walk("b", 20)))
    assert by_phone(first, look(1, gone=("a",))) == {TODAY: Number(100, 100)}
    everything = look(1, walks=(walk("b", 20),), complete=(MINUTE, MINUTE + 60))
    assert by_phone(first, everything) == {TODAY: Number(100, 100)}
    over_the_edge = look(1, walks=(walk("b", 20),), complete=(MINUTE + 1, MINUTE + 60))
    assert by_phone(first, over_the_edge) == {TODAY: Number(200, 200)}
    assert by_phone(first, everything, look(2, walks=(walk("a"),))) == {TODAY: Number(200, 200)}


def test_a_total_speaks_for_the_day_unless_newer_hours_say_more():
    total = look(totals=(Total(TODAY, 500, 100),))
    less, more = look(1, hours=(Hour(MINUTE, 5, 0),)), look(1, hours=(Hour(MINUTE, 9, 0),))
    assert by_cloud(total, less) == {TODAY: Number(400, 500)}
    assert by_cloud(total, more) == {TODAY: Number(540, 540)}


def test_of_two_ways_the_one_that_says_more_counts():
    life = Life(AT_HOME, phone=[look(walks=(walk(),))], cloud=[look(totals=(Total(TODAY, 90, 0),))])
    assert numbers(life) == {TODAY: Number(100, 100)}


def test_a_date_that_has_come_never_comes_back():
    west = Days([(0, "Pacific/Kiritimati"), (MINUTE, "Pacific/Pago_Pago")])
    assert (west.of_minute(MINUTE - 1), west.of_minute(MINUTE)) == (date(2026, 10, 6),) * 2
    assert west.of_minute(MINUTE + 46 * 60) == date(2026, 10, 6)
    assert west.of_minute(MINUTE + 47 * 60) == date(2026, 10, 7)
    east = Days([(0, "Pacific/Pago_Pago"), (MINUTE, "Pacific/Kiritimati")])
    assert (east.of_minute(MINUTE - 1), east.of_minute(MINUTE)) == (TODAY, date(2026, 10, 6))


def test_every_row_that_differs_is_named():
    found = Comparison()
    found.hold("day", {1: 5, 2: 6, 3: 7}, {1: 5, 2: 8, 4: 9})
    assert found.rows == {"day": 4}
    assert found.wrong == [("day 2", 6, 8), ("day 3", 7, None), ("day 4", None, 9)]


@pytest.mark.parametrize("argument", ["people", "people=x", "people=0", "speed=3"])
def test_options_nobody_knows_are_refused(argument, capsys):
    assert main([argument]) == 1
    assert argument in capsys.readouterr().err
