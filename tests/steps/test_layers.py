"""The quick way through the sweep comes to the very shares of the sweep that takes anything."""

from hypothesis import example, given
from hypothesis import strategies as st

from steps import sweep
from steps.layers import MOST_TOGETHER, layered

BORDERS = list(range(0, 101, 10))


def row(name, start, length, steps=7, *, source="s", written=0):
    return (str(name), source, start, start + length, steps, None, written)


@st.composite
def layers_of_rows(draw):
    """Up to three ranks; rows follow each other with gaps, touch, or overlap."""
    layers = []
    for rank in range(draw(st.integers(1, 3))):
        rows, start = [], draw(st.integers(-30, 10))
        for number in range(draw(st.integers(0, 9))):
            length = draw(st.integers(1, 25))
            source = f"{rank}{draw(st.integers(0, 1))}"
            steps, written = draw(st.integers(0, 500)), draw(st.integers(0, 2))
            rows.append(row(number, start, length, steps, source=source, written=written))
            start += draw(st.sampled_from([0, length // 2, length, length + 7]))
        layers.append(draw(st.permutations(rows)))
    return layers


@given(layers_of_rows())
@example([[row(1, 0, 10), row(2, 5, 10)], [row(3, 0, 40), row(4, 39, 20)]])
@example([[row(1, 95, 20), row(2, 120, 5)], [row(3, -20, 200)]])
def test_both_ways_come_to_the_same_shares(layers):
    quick, patient = layered(layers, BORDERS), sweep._overlapping(layers, BORDERS)
    assert sweep._buckets(quick, 10, per=1) == sweep._buckets(patient, 10, per=1)


def test_an_instant_is_left_to_the_patient_way():
    assert layered([[row(1, 5, 0)]], BORDERS) is None


def test_so_are_many_rows_over_each_other():
    pile = [row(n, n, 100) for n in range(MOST_TOGETHER + 1)]
    assert layered([pile[:-1]], BORDERS) is not None
    assert layered([pile], BORDERS) is None
