"""Writes a working provider against its own stand-in, for its author to change."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template

from devstack.failures import DevstackError
from devstack.scaffold.naming import Name, read

TEMPLATES = Path(__file__).parent / "templates"
PAGE = Path("docs/providers/README.md")
EXAMPLE = Path(".env.example")
GUIDE = "docs/adding-a-provider.md"


def run(root: Path, arguments: list[str]) -> int:
    """Do what ``run.py provider`` was told. Raises ``DevstackError``."""
    if arguments == ["table"]:
        # Imported here: the folder that was just written has to be found.
        from devstack.scaffold import provider_table

        provider_table.rewrite(root / PAGE)
        return 0
    name = read(arguments)
    written = start(root, name)
    print("\n".join(str(path.relative_to(root)) for path in written))
    print(f"\n{name.title} works against its stand-in. How to go on: {GUIDE}")
    return 0


def start(root: Path, name: Name) -> list[Path]:
    """Write everything a new provider needs; returns the new files.

    Raises ``DevstackError`` when one of them is there already: nothing is written then.
    """
    plan = dict(_plan(root, name))
    taken = [path for path in _claimed(root, name, plan) if path.exists()]
    if taken:
        raise DevstackError(f"{taken[0].relative_to(root)} is there already")
    for path, text in plan.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _add_settings(root / EXAMPLE, _filled("env.txt", name))
    _tidy(root, [path for path in plan if path.suffix == ".py"])
    _call(root, "-m", "devstack", "provider", "table")
    return list(plan)


def _plan(root: Path, name: Name) -> Iterator[tuple[Path, str]]:
    """Each new file with its text."""
    folders = {
        "provider": root / "integrations" / "providers" / name.folder,
        "room": root / "sandbox" / name.folder,
    }
    for kind, folder in folders.items():
        for template in sorted((TEMPLATES / kind).rglob("*.txt")):
            inner = template.relative_to(TEMPLATES)
            yield folder / inner.relative_to(kind).with_suffix(""), _filled(str(inner), name)
    stand = root / "tests" / "contract" / "stands" / f"{name.folder}.py"
    yield stand, _filled("stand.py.txt", name)
    yield root / "docs" / "providers" / f"{name.slug}.md", _filled("page.md.txt", name)


def _claimed(root: Path, name: Name, plan: dict[Path, str]) -> list[Path]:
    """The new files, and what must not be there beside them."""
    sandbox, providers = root / "sandbox", root / "integrations" / "providers"
    folders = [sandbox / name.folder, sandbox / f"{name.folder}.py", providers / name.folder]
    return [*folders, *plan]


def _filled(template: str, name: Name) -> str:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return Template(text).substitute(name.words)


def _add_settings(example: Path, lines: str) -> None:
    text = example.read_text(encoding="utf-8").rstrip("\n")
    example.write_text(f"{text}\n\n{lines}", encoding="utf-8")


def _tidy(root: Path, files: list[Path]) -> None:
    """The order of imports and the length of lines depend on the name."""
    names = [str(path) for path in files]
    _call(root, "-m", "ruff", "check", "--quiet", "--select", "I", "--fix", *names)
    _call(root, "-m", "ruff", "format", "--quiet", *names)


def _call(root: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DevstackError(f"{' '.join(arguments[:3])} failed:\n{done.stdout}{done.stderr}")
