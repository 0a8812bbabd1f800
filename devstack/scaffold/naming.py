"""What a new provider is called, everywhere it has a name. Pure."""

import keyword
import re
from dataclasses import dataclass

from devstack.failures import DevstackError

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Name:
    """A provider's slug and what people call it; the other names follow from the slug."""

    slug: str
    title: str

    @property
    def folder(self) -> str:
        """The name of its folders and modules."""
        return self.slug.replace("-", "_")

    @property
    def segment(self) -> str:
        """The first path segment of its stand-in."""
        return self.slug.replace("-", "")

    @property
    def prefix(self) -> str:
        """What the names of its settings begin with."""
        return f"PROVIDER_{self.segment.upper()}_"

    @property
    def words(self) -> dict[str, str]:
        """The values of the placeholders in templates."""
        return {
            "slug": self.slug,
            "title": self.title,
            "folder": self.folder,
            "segment": self.segment,
            "prefix": self.prefix,
        }


def read(arguments: list[str]) -> Name:
    """Read ``name=stridely`` and, if wanted, ``title=Stridely``. Raises ``DevstackError``."""
    said = dict(argument.partition("=")[::2] for argument in arguments)
    slug = said.pop("name", "")
    title = said.pop("title", "") or slug.replace("-", " ").title()
    if said:
        raise DevstackError(f"unknown: {', '.join(sorted(said))}; say name=... and title=...")
    if not SLUG.fullmatch(slug) or not 2 <= len(slug) <= 40 or keyword.iskeyword(slug):
        raise DevstackError(
            "say name=<slug>: two to forty small letters, digits and dashes, a letter first"
        )
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 .&-]{1,39}", title):
        raise DevstackError("the title has to be a plain name of two to forty letters")
    return Name(slug, title)
