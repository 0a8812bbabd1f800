"""Who may see the operations pages is said on the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def command(*words):
    out = StringIO()
    call_command("operators", *words, stdout=out)
    return out.getvalue()


def test_operators_are_added_listed_and_removed(alice, bob):
    assert command("list") == ""
    assert command("add", alice.email.upper()).endswith("is an operator\n")
    assert command("list") == f"{alice.email}\n"
    command("remove", alice.email)
    assert command("list") == ""


@pytest.mark.parametrize("action", ["add", "remove"])
def test_nobody_is_no_operator(alice, action):
    alice.is_active = False
    alice.save()
    for email in (alice.email, "nobody@acme.example"):
        with pytest.raises(CommandError, match="Nobody signs in"):
            command(action, email)
