"""What goes wrong at the provider, each kind for its share of the calls.

Only failures that are nobody's wish: what is said of consents and of the interface's end is said by
chance and not true, so nothing may cost a connection.
"""

from typing import Any

from bench.sandbox import SandboxControl

_SILENCE_SECONDS = 12.0
_SLOW_SECONDS = 5.0
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "500"},
    {"kind": "503", "retry_after": "5"},
    {"kind": "504"},
    {"kind": "429"},
    {"kind": "429", "retry_after": "3"},
    {"kind": "429", "retry_after": "http-date"},
    {"kind": "401"},
    {"kind": "403"},
    {"kind": "403_scope"},
    {"kind": "403_service_disabled"},
    {"kind": "410"},
    {"kind": "html_200"},
    {"kind": "empty_body"},
    {"kind": "timeout", "seconds": _SILENCE_SECONDS},
    {"kind": "connection_reset"},
    {"kind": "slow_body", "seconds": _SLOW_SECONDS},
    {"kind": "cut_body"},
    {"kind": "wrong_types"},
    {"kind": "huge_numbers"},
    {"kind": "500", "target": "token"},
    {"kind": "timeout", "target": "token", "seconds": _SILENCE_SECONDS},
    {"kind": "503", "target": "token", "processed": True},
)


def storm(sandbox: SandboxControl, share: float) -> None:
    """Let every kind of failure befall its share of the calls."""
    for kind in KINDS:
        sandbox.arm({"target": "api", **kind, "probability": share})


def calm(sandbox: SandboxControl) -> None:
    """Let all go well again."""
    sandbox.disarm()
