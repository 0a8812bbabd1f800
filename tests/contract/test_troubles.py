"""Whatever goes wrong at the cloud has a word, loses no steps and heals as far as it can."""

from datetime import timedelta

import pytest

from integrations import registry
from sync.belief import ASK_AGAIN, TIMES_TO_SAY
from tests.contract.conftest import CLOUDS, stand_of
from tests.contract.household import NOON, day
from tests.contract.stand import AT_REFRESH, USUAL, Trouble, Verdict

pytestmark = pytest.mark.django_db(transaction=True)
# By then every pause that trouble calls for is over.
PATIENCE = timedelta(hours=6)


def verdict_of(stand, kind):
    """What has to come of a trouble; None where it cannot happen."""
    if kind in stand.verdicts:
        return stand.verdicts[kind]
    if not stand.refreshes and kind in AT_REFRESH:
        return None
    if not stand.refreshes and kind in (Trouble.REFUSED, Trouble.REFUSED_ONCE):
        return Verdict("consent_revoked", "needs_reconnect")
    return USUAL[kind]


def can_happen(slug, kind):
    """A cloud without a stand is not passed over: its cases fail until it has one."""
    try:
        stand = stand_of(slug)(None)
    except ModuleNotFoundError:
        return True
    return verdict_of(stand, kind) is not None


POLLED = [slug for slug in CLOUDS if registry.get(slug).capabilities.polls]
CASES = [
    pytest.param(slug, kind, id=f"{slug}-{kind.value}")
    for slug in POLLED
    for kind in Trouble
    if can_happen(slug, kind)
]


@pytest.fixture
def settled(owner):
    """Connected, with one day read."""
    owner.stand.set_day(owner.email, day(1), 8421)
    assert owner.connect() == "connected"
    owner.worker.work_off()
    assert owner.steps() == {day(1): 8421}
    return owner


@pytest.mark.parametrize(("stand", "kind"), CASES, indirect=["stand"])
def test_trouble_has_its_word_and_costs_no_steps(settled, stand, kind, time_machine):
    expected = verdict_of(stand, kind)
    if kind in AT_REFRESH:
        stand.expire(settled.email)
    stand.set_day(settled.email, day(0), 300)
    stand.trouble(kind)
    for _ in range(1 if expected.status == "active" else TIMES_TO_SAY.get(expected.cause, 1)):
        settled.worker.poll()
        time_machine.shift(ASK_AGAIN)
    shown = settled.connection(settled.slug)
    assert (settled.last_run()["cause"] or "", shown["status"]) == (
        expected.cause,
        expected.status,
    )
    assert settled.steps()[day(1)] == 8421
    stand.mend()
    time_machine.move_to(NOON + PATIENCE)
    settled.worker.poll()
    healed = {day(1): 8421} | ({day(0): 300} if expected.status == "active" else {})
    assert settled.steps() == healed


@pytest.mark.parametrize(("stand", "kind"), CASES, indirect=["stand"])
def test_what_a_log_says_of_trouble_holds_no_secret(settled, stand, kind, caplog):
    credential = settled.row().credential
    if kind in AT_REFRESH:
        stand.expire(settled.email)
    stand.trouble(kind)
    settled.worker.poll()
    said = caplog.text + settled.row().runs.latest("requested_at").detail
    for secret in (credential.access_token, credential.refresh_token or "-" * 80):
        assert secret not in said


@pytest.mark.parametrize("stand", POLLED, indirect=True)
def test_a_token_that_ran_out_is_replaced_unnoticed(settled, stand):
    stand.set_day(settled.email, day(0), 300)
    stand.expire(settled.email)
    settled.worker.poll()
    status = settled.connection(settled.slug)["status"]
    if stand.refreshes:
        assert (status, settled.steps()[day(0)]) == ("active", 300)
    else:
        assert status == "needs_reconnect"


@pytest.mark.parametrize("stand", POLLED, indirect=True)
def test_a_consent_taken_back_asks_for_a_reconnect_which_heals(settled, stand):
    stand.revoke(settled.email)
    settled.worker.poll()
    shown = settled.connection(settled.slug)
    assert (shown["status"], shown["reason"]) == ("needs_reconnect", "consent_revoked")
    assert shown["next_sync_at"] is None
    stand.set_day(settled.email, day(0), 300)
    assert settled.reconnect() == "connected"
    settled.worker.work_off()
    again = settled.connection(settled.slug)
    assert (again["id"], again["status"], again["reason"]) == (shown["id"], "active", None)
    assert settled.steps() == {day(1): 8421, day(0): 300}
