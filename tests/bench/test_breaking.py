"""A run that somebody breaks off ends as broken off, whatever becomes of the interruption."""

import contextlib
import os
import signal

import pytest

from bench.breaking import BrokenOff, breakable

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handlers():
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def interrupted(number=signal.SIGINT):
    os.kill(os.getpid(), number)
    pytest.fail("went on")


def interrupted_and_confused():
    try:
        interrupted()
    except BrokenOff as error:
        raise ValueError("lost the connection") from error


def interrupted_in_vain():
    with contextlib.suppress(BrokenOff):
        interrupted()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_breaks_off(number):
    with pytest.raises(BrokenOff), breakable():
        interrupted(number)


@pytest.mark.parametrize("work", [interrupted_and_confused, interrupted_in_vain])
def test_also_when_the_interruption_gets_lost(work):
    with pytest.raises(BrokenOff), breakable():
        work()


def test_other_errors_stay_what_they_are():
    with pytest.raises(ZeroDivisionError), breakable():
        assert 1 / 0
