"""Where the things of a provider lie in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def folder_of(provider):
    """The provider's folder."""
    module = type(provider).__module__.rsplit(".", 1)[0]
    return ROOT / module.replace(".", "/")


def fixtures_of(provider):
    """Its recorded answers, in order of name."""
    return sorted((folder_of(provider) / "fixtures").glob("*.json"))


def page_of(provider):
    """Its page in the docs."""
    return ROOT / "docs" / "providers" / f"{provider.slug}.md"


def prefix_of(provider):
    """What the names of its settings begin with."""
    return f"PROVIDER_{provider.slug.replace('-', '').upper()}_"
