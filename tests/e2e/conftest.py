"""A real browser in front of the dashboard, on machines that have one."""

import os

import pytest

from tests.e2e.browser import ARGUMENTS, find_chromium

CHROMIUM = find_chromium()
NEED_A_BROWSER = ["test_dashboard_browser.py", "test_operations_browser.py"]
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
