"""A real browser in front of the dashboard, on machines that have one."""

import os

import pytest

from tests.e2e.browser import ARGUMENTS, find_chromium
from tests.factories import PASSWORD

CHROMIUM = find_chromium()
NEED_A_BROWSER = [
    "test_dashboard_browser.py",
    "test_game_browser.py",
    "test_invitation_browser.py",
    "test_operations_browser.py",
]
collect_ignore = [] if CHROMIUM else NEED_A_BROWSER


def pytest_report_header(config):
    return None if CHROMIUM else _missing()


def pytest_terminal_summary(terminalreporter):
    if not CHROMIUM:
        terminalreporter.write_line(_missing())


def _missing():
    return "Browser tests left out: no Chromium found (set STEPWELL_CHROMIUM to its path)."


@pytest.fixture(scope="module")
def chromium():
    """Start the browser; Playwright's loop must not make Django refuse the database."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints():
    """What the browser complained about; anything left in here fails the test."""
    heard = []
    yield heard
    assert heard == []


@pytest.fixture
def page(chromium, complaints):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def dashboard(page, live_server, hr):
    """HR is signed in and looks at the overview."""
    page.goto(f"{live_server.url}/dashboard/")
    page.get_by_label("Email").fill(hr.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Overview").wait_for()
    return page
