"""What can be asked for, by arguments or by make's variables."""

from pathlib import Path
from typing import ClassVar

import pytest

from bench.options import CASES, BadOption, numbers, parse
from bench.sizes import SIZES, USUAL
from bench.soak import options as soak_options


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


class TestNumbers:
    USUAL: ClassVar = {"people": 1000, "seed": 1}

    def test_make_and_arguments_say_what_differs(self):
        environ = {"people": "7", "seed": "", "HOME": "/root"}
        assert numbers(self.USUAL, [], {}) == self.USUAL
        assert numbers(self.USUAL, ["seed=2"], environ) == {"people": 7, "seed": 2}
        assert numbers(self.USUAL, ["people=8"], environ)["people"] == 8

    @pytest.mark.parametrize("word", ["people", "people=", "people=x", "people=1.5", "people=0"])
    def test_anything_else_is_refused(self, word):
        with pytest.raises(BadOption):
            numbers(self.USUAL, [word], {}, least=1)

    def test_unknown_ones_are_told_of_those_there_are(self):
        with pytest.raises(BadOption, match=r"people=\.\.\., seed=\.\.\."):
            numbers(self.USUAL, ["poeple=1"], {})

    def test_the_trial_knows_fractions_where_they_make_sense(self):
        wanted = soak_options.parse(["accounts=9", "faults=0.05"], {"minutes": "0.5"})
        assert (wanted.accounts, wanted.faults, wanted.minutes) == (9, 0.05, 0.5)
        for word in ("accounts=1.5", "faults=nan", "minutes=-1"):
            with pytest.raises(BadOption):
                soak_options.parse([word], {})
