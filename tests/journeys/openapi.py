"""The routes of the running service, from its own OpenAPI document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import requests

# Apps that exist already push to these; each is answered as that app understands it.
FOREIGN_APPS = ("health-auto-export", "hc-webhook", "shortcut", "open-wearables")


@dataclass(frozen=True)
class Route:
    """One operation; ``token`` is ``bearer``, ``relay`` or empty for an open one."""

    method: str
    path: str
    token: str
    has_body: bool

    @property
    def placeholders(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def is_foreign(self) -> bool:
        return any(app in self.path for app in FOREIGN_APPS)

    def filled(self, ids: Mapping[str, str]) -> str:
        return self.path.format(**{name: ids[name] for name in self.placeholders})


def routes(base_url: str) -> Iterator[Route]:
    """Yield every operation the document describes."""
    document = requests.get(
        f"{base_url}/api/schema", headers={"Accept": "application/json"}, timeout=30
    ).json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            security = operation.get("security") or [{}]
            token = next(iter(security[0]), "")
            yield Route(method.upper(), path, token, "requestBody" in operation)
