"""`run.py check`: everything that can be said about the code without running its tests."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from devstack import audit, environment, requirements
from devstack.credentials import Credentials
from devstack.places import Places
from devstack.servers import with_database
from devstack.throwaway import servers


class Status(StrEnum):
    """How a step ended; a step that could not do its work does not fail, but is not fine either."""

    OK = "ok"
    FAILED = "FAILED"
    NOT_DONE = "NOT DONE"


@dataclass(frozen=True)
class Outcome:
    """How a step ended; `details` is printed below its line."""

    status: Status
    details: str = ""


Step = tuple[str, Callable[[], Outcome]]


def run(places: Places) -> int:
    """Run every step, also after one has failed. Returns 1 when any failed."""
    with servers(places) as urls:
        env = environment.kept() | production(urls)
        ended = [_report(name, step) for name, step in _steps(places.root, env)]
    counts = (f"{ended.count(status)} {status}" for status in Status if status in ended)
    print(f"\n{len(ended)} checks: {', '.join(counts)}")
    return 1 if Status.FAILED in ended else 0


def production(urls: Mapping[str, str]) -> dict[str, str]:
    """Return settings as a production site has them, on throw-away servers."""
    site = "https://stepwell.example"
    keys = Credentials()
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": keys.secret_key * 2,
        "TOKEN_KEYS": keys.token_keys,
        "DEBUG": "0",
        "ALLOWED_HOSTS": "stepwell.example",
        "BASE_URL": site,
        "RETURN_TO_ALLOWED": f"{site}/",
        "DATABASE_URL": urls["DATABASE_URL"],
        "REDIS_URL": urls["REDIS_URL"],
        "CACHE_URL": with_database(urls["REDIS_URL"], 1),
    }


def _steps(root: Path, env: Mapping[str, str]) -> list[Step]:
    def tool(*command: str) -> Callable[[], Outcome]:
        return partial(_run_tool, command, root, env)

    manage = (sys.executable, "manage.py")
    return [
        ("ruff format", tool("ruff", "format", "--check", ".")),
        ("ruff check", tool("ruff", "check", ".")),
        ("mypy", tool("mypy")),
        ("import contracts", tool("lint-imports")),
        ("migrations", tool(*manage, "makemigrations", "--check", "--dry-run")),
        ("deployment", tool(*manage, "check", "--deploy", "--fail-level", "WARNING")),
        ("requirements", partial(_check_requirements, root)),
        ("pip-audit", partial(_check_audit, root)),
    ]


def _report(name: str, step: Callable[[], Outcome]) -> Status:
    begun = time.monotonic()
    outcome = step()
    print(f"{name:<18} {outcome.status:<8} {time.monotonic() - begun:6.1f} s", flush=True)
    if outcome.details:
        print("\n".join(f"    {line}" for line in outcome.details.splitlines()), flush=True)
    return outcome.status


def _run_tool(command: Sequence[str], root: Path, env: Mapping[str, str]) -> Outcome:
    result = _capture(command, root, env)
    if result.returncode == 0:
        return Outcome(Status.OK)
    return Outcome(Status.FAILED, f"{result.stdout}\n{result.stderr}".strip())


def _check_requirements(root: Path) -> Outcome:
    problems = requirements.problems(root)
    return Outcome(Status.FAILED if problems else Status.OK, "\n".join(problems))


def _check_audit(root: Path) -> Outcome:
    command = ["pip-audit", "--format", "json", "--progress-spinner", "off", "--disable-pip"]
    files = ["--require-hashes", "-r", "requirements/dev.txt"]
    # The only step that talks to the outside, so it keeps the settings of a proxy.
    result = _capture([*command, *files], root, {**os.environ, **environment.kept()})
    return audit_outcome(
        audit.judge(result.stdout, result.stderr),
        required=os.environ.get("STEPWELL_AUDIT") == "required",
    )


def audit_outcome(verdict: audit.Verdict, *, required: bool) -> Outcome:
    """Fail for a vulnerability, and, when the audit is `required`, for a package without one."""
    lines = [f"vulnerable: {flaw}" for flaw in verdict.vulnerable]
    status = Status.FAILED if lines else Status.OK
    if verdict.unaudited:
        status = Status.FAILED if lines or required else Status.NOT_DONE
        lines.append(f"could not audit: {verdict.unaudited[0]}")
        lines.append(
            f"WARNING: the same for {len(verdict.unaudited)} in all; they may be vulnerable"
        )
    return Outcome(status, "\n".join(lines))


def _capture(
    command: Sequence[str], root: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=root, env=dict(env), capture_output=True, text=True, check=False
    )
