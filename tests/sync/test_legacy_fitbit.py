"""People who had a Fitbit before the move: brought over by file, linked again at the consent."""

import pytest
import requests
from django.core.management import CommandError, call_command
from django.utils import timezone

from demo.browser import press
from integrations.models import Connection
from steps.models import Freshness
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import path_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(tmp_path, capsys):
    """Return a function that imports a file's text for Acme; it gives what was printed."""

    def go(text, *options, organization="Acme", refused=False):
        path = tmp_path / "people.csv"
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        arguments = ["import_legacy_fitbit", str(path), "--organization", organization, *options]
        if refused:
            with pytest.raises(CommandError):
                call_command(*arguments)
        else:
            call_command(*arguments)
        return capsys.readouterr()

    return go


def rows():
    return Connection.objects.order_by("account_id").values_list("person__email", "account_id")


def test_people_are_brought_over_by_address_or_id(run, alice, bob):
    text = f"email,legacy_fitbit_id\n{alice.email.upper()},a1b2c3\n"
    assert "1 made, 0 there already, 0 refused" in run(text).out
    run(f"user_id,legacy_fitbit_id\n{bob.pk},D4E5F6\n")
    assert list(rows()) == [(alice.email, "A1B2C3"), (bob.email, "D4E5F6")]
    row = Connection.objects.get(person=alice)
    assert (row.status, row.reason) == ("needs_reconnect", "reconsent_required_migration")
    assert Freshness.objects.get(person=alice).broken_since is not None


def test_again_changes_nothing_and_a_dry_run_keeps_nothing(run, alice):
    text = f"email,legacy_fitbit_id\n{alice.email},A1B2C3\n"
    assert "1 would be made" in run(text, "--dry-run").out
    assert not Connection.objects.exists()
    run(text)
    assert "0 made, 1 there already" in run(text).out
    assert Connection.objects.count() == 1


def test_each_bad_line_is_named_and_stops_no_other(run, alice, bob, charlie, acme):
    carol = UserFactory(organization=acme, email="carol@acme.example")
    ConnectionFactory(person=carol, account_id="777")
    lines = [
        "email,legacy_fitbit_id",
        "nobody@acme.example,A1B2C3",
        f"{charlie.email},A1B2C3",
        f"{alice.email},not an id",
        f"{alice.email},",
        f"{alice.email}",
        "\u0000,A1B2C3",
        f"{carol.email},C0FFEE",
        f"{alice.email},A1B2C3",
        f"{bob.email},A1B2C3",
    ]
    said = run("\n".join(lines), refused=True)
    assert list(rows()) == [(carol.email, "777"), (alice.email, "A1B2C3")]
    for number, reason in (
        (2, "no such person"),
        (3, "no such person"),
        (4, "not one"),
        (5, "not one"),
        (6, "not one"),
        (7, "no such person"),
        (8, "another connection"),
        (10, "somebody else"),
    ):
        [line] = [each for each in said.err.splitlines() if each.startswith(f"line {number}:")]
        assert reason in line
    assert "1 made, 0 there already, 8 refused" in said.out


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", b"\xff\xfe", "email\nx@y.example\n"])
def test_a_file_that_is_no_such_table_is_refused(run, acme, text):
    run(text, refused=True)


def test_only_an_existing_organization_is_taken(run, acme):
    for named in ("Nobody Ltd", "", "0" * 32):
        run("email,legacy_fitbit_id\n", organization=named, refused=True)
    run("email,legacy_fitbit_id\n", organization=str(acme.pk))


@pytest.fixture
def old(run, alice, sandbox):
    """Alice's old account, and the Google account it was moved to."""
    sandbox.person(alice.email, timezone=alice.timezone, legacy_user_id="A1B2C3")
    run(f"email,legacy_fitbit_id\n{alice.email},A1B2C3\n")
    return Connection.objects.get(person=alice)


def test_consenting_links_the_old_account_without_a_question(old, alice, connect, woken):
    answer = connect(alice)
    assert "result=connected" in answer["Location"]
    [row] = Connection.objects.filter(person=alice)
    assert (row.pk, row.status, row.reason) == (old.pk, "active", "")
    assert row.account_id != "A1B2C3"


@pytest.fixture
def other_account(sandbox, alice, old):
    """A second Google account of hers, of which Google knows another old id."""
    sandbox.person("second@google.example", timezone=alice.timezone, legacy_user_id="ZZZZZZ")
    return "second@google.example"


def test_another_account_asks_first(
    old, alice, other_account, connect, woken, api, client, sandbox
):
    answer = connect(alice, account=other_account)
    assert "error=legacy_account_differs" in answer["Location"]
    old.refresh_from_db()
    assert (old.status, old.account_id) == ("needs_reconnect", "A1B2C3")

    def reconnect(**body):
        path = f"/api/v1/connections/{old.pk}/reconnect"
        url = api(alice).post(path, body, format="json").json()["authorization_url"]
        return client.get(path_of(press(requests.Session(), url, account=other_account)))

    assert "legacy_account_differs" in reconnect()["Location"]
    assert "result=connected" in reconnect(accept_other_account=True)["Location"]
    old.refresh_from_db()
    assert (old.status, old.person_id) == ("active", alice.pk)
    assert Connection.objects.filter(person=alice).count() == 1


def test_accepting_another_account_is_no_way_around_the_walls(
    old, alice, bob, other_account, connect, woken, api
):
    assert "result=connected" in connect(bob, account=other_account)["Location"]
    answer = connect(alice, account=other_account)
    assert "error=account_linked_elsewhere" in answer["Location"]
    assert Connection.objects.get(person=alice).status == "needs_reconnect"


def test_the_confirmation_does_not_loosen_an_account_that_was_connected_here(
    sandbox, alice, connect, woken, api, client
):
    sandbox.person(alice.email)
    sandbox.person("second@google.example")
    connect(alice)
    row = Connection.objects.get(person=alice)
    row.status, row.reason = "needs_reconnect", "reconsent_required_migration"
    row.save()
    body = {"accept_other_account": True}
    path = f"/api/v1/connections/{row.pk}/reconnect"
    url = api(alice).post(path, body, format="json").json()["authorization_url"]
    answer = client.get(path_of(press(requests.Session(), url, account="second@google.example")))
    assert "error=wrong_account" in answer["Location"]
    assert timezone.now() > row.connected_at
