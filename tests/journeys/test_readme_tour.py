"""The README's day with curl is run as it is written."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.journeys.people import Google
from tests.journeys.seed import PASSWORD

pytestmark = pytest.mark.slow

README = Path(__file__).parents[2] / "README.md"


def test_the_tour_works_line_by_line(house, sandbox, walker, challenge, tmp_path):
    account = Google(sandbox, walker.email, walker.zone)
    account.walk(walker.today, total=1234)
    walker.join(challenge)
    (tmp_path / "var").mkdir()
    demo = {
        "base_url": house.base_url,
        "sandbox_url": house.sandbox_url,
        "participant": {"email": walker.email, "password": PASSWORD},
    }
    (tmp_path / "var/demo.json").write_text(json.dumps(demo))
    blocks = re.findall(r"```bash\n(.*?)```", README.read_text(), re.DOTALL)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "result=connected" in done.stdout
    assert '"status":"done"' in done.stdout
    assert done.stdout.count('"steps":140,') >= 2
    assert '"status":"disconnected"' in done.stdout
