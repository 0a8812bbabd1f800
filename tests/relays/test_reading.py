"""The readers stay pure: no framework is loaded by them."""

import subprocess
import sys

import pytest

MODULES = [
    "integrations.apple_export",
    "integrations.relays.hc_webhook",
    "integrations.relays.health_auto_export",
    "integrations.relays.open_wearables_logs",
    "integrations.relays.shortcut",
]


@pytest.mark.parametrize("module", MODULES)
def test_it_loads_no_framework(module):
    code = (
        f"import sys, {module}; "
        "print(*({'django', 'celery', 'redis', 'rest_framework'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
