import pytest

from dashboard.charts import HEIGHT, WIDTH, Datum, bar_chart, nice_ceiling, segments


@pytest.mark.parametrize(
    ("number", "ceiling"),
    [(0, 2), (2, 2), (3, 4), (9, 10), (11, 20), (41, 60), (1_000, 1_000), (167_823, 200_000)],
)
def test_a_scale_ends_at_a_round_even_number(number, ceiling):
    assert nice_ceiling(number) == ceiling


def test_bars_stay_inside_the_picture_and_keep_their_proportion():
    chart = bar_chart([Datum("a", 100), Datum("b", 50), Datum("c", 0)])
    assert [bar.height for bar in chart.bars] == [HEIGHT, HEIGHT / 2, 0]
    assert all(bar.y + bar.height == HEIGHT for bar in chart.bars)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in chart.bars)


def test_a_day_without_a_number_is_a_gap_and_not_a_zero():
    chart = bar_chart([Datum("a", None, "no data"), Datum("b", 8)])
    assert chart.bars[0].kind == "gap"
    assert chart.bars[0].title == "a: no data"


def test_a_second_value_stands_on_the_first():
    first, second = bar_chart([Datum("a", 6, second=4)]).bars
    assert (first.kind, second.kind) == ("first", "second")
    assert second.y + second.height == pytest.approx(first.y)


def test_a_chart_of_nothing_is_empty():
    assert bar_chart([]).bars == []


def test_segments_fill_the_whole_and_leave_out_what_is_empty():
    cut = segments({"broken": 1, "stale": 0, "fresh": 3})
    assert [(part.kind, part.start, part.length) for part in cut] == [
        ("broken", 0.0, 25.0),
        ("fresh", 25.0, 75.0),
    ]
    assert segments({"fresh": 0}) == []
