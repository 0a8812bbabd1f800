"""The table people read and the file programs read."""

import json

from bench import table
from bench.outcome import Row, at_least, at_most

ROWS = [
    Row(
        name="ingest",
        unit="samples/s",
        values=(40_000.0, 41_000.0, 39_000.0),
        floors=(80_000.0, 80_000.0, 80_000.0),
        goal=at_least(0.5),
    ),
    Row(name="days-p99", unit="ms", values=(41.25,), goal=at_most(40, absolute=True)),
    Row(name="tap-p50", unit="s", values=(1.0,)),
]


def test_the_table_has_a_line_for_every_row():
    head, ingest, days, tap = table.render(ROWS).splitlines()
    assert head.split() == list(table.HEAD)
    assert ingest.split() == (
        ["ingest", "40,000", "samples/s", "5", "%", "80,000", "0.5", "ratio", ">=", "0.5", "yes"]
    )
    assert days.split() == ["days-p99", "41.2", "ms", "0", "%", "value", "<=", "40", "NO"]
    assert tap.split() == ["tap-p50", "1", "s", "0", "%"]


def test_columns_stand_below_each_other():
    lines = table.render(ROWS).splitlines()
    assert len({line.find("samples/s"[:2]) for line in lines[1:2]}) == 1
    assert lines[0].index("goal") == lines[1].index("ratio >=") == lines[2].index("value <=")


def test_the_file_says_the_same(tmp_path):
    path = tmp_path / "bench.json"
    table.write_json(path, ROWS)
    found = json.loads(path.read_text())
    assert list(found) == ["ingest", "days-p99", "tap-p50"]
    assert found["ingest"] == {
        "value": 40_000,
        "unit": "samples/s",
        "floor": 80_000,
        "ratio": 0.5,
        "goal": "ratio >= 0.5",
        "met": True,
        "runs": [40_000, 41_000, 39_000],
        "floor_runs": [80_000, 80_000, 80_000],
    }
    assert found["tap-p50"]["met"] is None
    assert list(tmp_path.iterdir()) == [path]
