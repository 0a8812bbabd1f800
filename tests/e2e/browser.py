"""Finds a Chromium on this machine; without one the browser tests are not collected."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the path of STEPWELL_CHROMIUM, or of the first known name on PATH, or None."""
    wanted = os.environ.get("STEPWELL_CHROMIUM")
    if wanted:
        return shutil.which(wanted)
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None)
