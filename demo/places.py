"""Where the demo finds the running Stepwell and leaves what a visitor needs."""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class Places:
    """Origins (no slash at the end) and files of one demo."""

    base_url: str
    sandbox_url: str
    keys: Path

    @property
    def phones(self) -> Path:
        """The relay tokens of the demo's phones."""
        return self.keys.with_name("demo-phones.json")


def from_environment() -> Places:
    """Read STEPWELL_SANDBOX_URL and DEMO_JSON; raises ``KeyError`` when the first is missing."""
    default = settings.BASE_DIR / "var" / "demo.json"
    return Places(
        base_url=settings.BASE_URL,
        sandbox_url=os.environ["STEPWELL_SANDBOX_URL"].rstrip("/"),
        keys=Path(os.environ.get("DEMO_JSON") or default),
    )
