"""What HR staff asked to see of a list, read from the address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from challenges.freshness import Freshness

TAKING_PART = "taking_part"
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Empty fields filter nothing; ``page`` is as it came and judged by the paginator."""

    state: Freshness | None = None
    search: str = ""
    cause: str = ""
    provider: str = ""
    taking_part: bool = False
    page: str = "1"

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the population is filtered."""
        return bool(self.state or self.search or self.cause or self.provider)

    def query(self, *, page: int | None = None) -> str:
        """Return the filter as a query string, for the first page unless ``page`` is given."""
        words = {
            "state": self.state.value if self.state else "",
            "q": self.search,
            "cause": self.cause,
            "provider": self.provider,
            "who": TAKING_PART if self.taking_part else "",
            "page": "" if page is None else str(page),
        }
        return urlencode({key: word for key, word in words.items() if word})


def read_filter(params: Mapping[str, str]) -> PeopleFilter:
    """Read a filter; words that mean nothing are as good as absent."""
    return PeopleFilter(
        state=_state(params.get("state", "")),
        search=_text(params.get("q", "")),
        cause=_text(params.get("cause", "")),
        provider=_text(params.get("provider", "")),
        taking_part=params.get("who") == TAKING_PART,
        page=params.get("page", "1"),
    )


def _state(word: str) -> Freshness | None:
    return Freshness(word) if word in set(Freshness) else None


def _text(text: str) -> str:
    """PostgreSQL cannot hold NUL characters."""
    return text.replace("\x00", "").strip()[:LONGEST_SEARCH]
