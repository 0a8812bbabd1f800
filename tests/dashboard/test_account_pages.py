"""Signing in, out and back in looks like the product and works without an account to see."""

import re

import pytest

from tests.factories import PASSWORD

PAGES = [
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-broken/",
    "/accounts/signup/",
    "/accounts/inactive/",
]


def words(answer):
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("address", PAGES)
def test_account_pages_wear_the_product(client, db, address):
    page = words(client.get(address))
    assert 'class="plain-card"' in page
    assert "dashboard/tokens.css" in page
    assert "style=" not in page


@pytest.mark.parametrize("address", ["/accounts/logout/", "/accounts/password/change/"])
def test_pages_of_somebody_signed_in_wear_it_too(staff, address):
    assert 'class="plain-card"' in words(staff.get(address, follow=True))


def test_staff_sign_in_and_come_to_the_page_they_asked_for(client, hr):
    sent = {"login": hr.email, "password": PASSWORD, "next": "/dashboard/people/"}
    answer = client.post("/accounts/login/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/people/")


def test_a_wrong_password_is_refused_in_words(client, hr):
    page = words(client.post("/accounts/login/", {"login": hr.email, "password": "wrong"}))
    assert 'role="alert"' in page


def test_staff_sign_out(staff):
    assert "Sign out" in words(staff.get("/dashboard/"))
    staff.post("/accounts/logout/")
    assert staff.get("/dashboard/").status_code == 302


def test_a_sign_in_code_from_the_mailbox_opens_the_dashboard(client, hr, mailoutbox):
    client.post("/accounts/login/code/", {"email": hr.email})
    page = words(client.get("/accounts/login/code/confirm/"))
    assert "Enter the code" in page
    code = re.search(r"^([A-Z0-9-]{6,9})$", mailoutbox[0].body, re.MULTILINE)[1]
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/")


def test_a_password_is_set_anew_by_mail(client, hr, mailoutbox):
    client.post("/accounts/password/reset/", {"email": hr.email})
    link = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body)[0]
    form = client.get(link, follow=True)
    assert "Choose a new password" in words(form)
    sent = {"password1": "a quite new secret", "password2": "a quite new secret"}
    done = client.post(form.request["PATH_INFO"], sent, follow=True)
    assert "Your password is changed" in words(done)


def test_an_address_that_leads_nowhere_has_a_page(client, db):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing here" in words(answer)


def test_the_page_of_an_error_needs_no_database(rf):
    from config.pages import server_error

    answer = server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "That was our mistake" in words(answer)
