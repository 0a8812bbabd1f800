"""Judges what pip-audit says: a vulnerability fails, an unreachable database is said out loud."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """`vulnerable` packages and why others `unaudited`; both empty means that all is well."""

    vulnerable: list[str]
    unaudited: list[str]


def judge(stdout: str, stderr: str) -> Verdict:
    """Read pip-audit's JSON report, or its error when there is none.

    Its own --strict stops at the first package it cannot audit, which would hide a vulnerability
    in another one; without it a package that was skipped counts as fine. So the report is read.
    """
    try:
        packages = json.loads(stdout)["dependencies"]
    except (ValueError, KeyError):
        return Verdict(vulnerable=[], unaudited=[_last_line(stderr)])
    return Verdict(
        vulnerable=[
            f"{package['name']} {package['version']}: {flaw['id']}"
            for package in packages
            for flaw in package.get("vulns", [])
        ],
        unaudited=[package["skip_reason"] for package in packages if "skip_reason" in package],
    )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "pip-audit said nothing"
