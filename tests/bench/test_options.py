"""What can be asked for, by arguments or by make's variables."""

from pathlib import Path

import pytest

from bench.options import CASES, BadOption, parse
from bench.sizes import SIZES, USUAL


def test_everything_as_usual():
    wanted = parse([], {})
    assert (wanted.names, wanted.sizes, wanted.out) == (CASES, USUAL, None)


def test_names_run_in_their_own_order():
    assert parse(["name=days,ingest"], {}).names == ("ingest", "days")


def test_make_hands_its_variables_on_in_the_environment():
    wanted = parse([], {"name": "days", "size": "tiny", "runs": "", "HOME": "/root"})
    assert (wanted.names, wanted.sizes) == (("days",), SIZES["tiny"])


def test_arguments_win_over_the_environment():
    assert parse(["name=days"], {"name": "ingest"}).names == ("days",)


def test_runs_and_file():
    wanted = parse(["runs=5", "out=there.json"], {})
    assert (wanted.sizes.runs, wanted.out) == (5, Path("there.json"))


@pytest.mark.parametrize(
    "argument",
    ["ingest", "name=", "name=nothing", "size=huge", "runs=0", "runs=-1", "runs=x", "color=red"],
)
def test_anything_else_is_refused(argument):
    with pytest.raises(BadOption):
        parse([argument], {})
