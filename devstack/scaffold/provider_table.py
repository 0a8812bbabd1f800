"""The table of providers in docs/providers/README.md, made from the folders themselves."""

from pathlib import Path

from integrations import grades, registry
from integrations.contract import Capabilities, Provider, ProviderKind

BEGIN = "<!-- table: python3 run.py provider table -->"
END = "<!-- end of table -->"
HEAD = (
    "| provider | reached by | status | grade | brings | history | news come |",
    "|---|---|---|---|---|---|---|",
)


def table() -> str:
    """Every provider in a row, by slug."""
    return "\n".join([*HEAD, *(_row(each) for each in registry.all_providers())])


def rewrite(page: Path) -> None:
    """Put the table between the marks of the page."""
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


def renewed(text: str) -> str:
    """The page's text with the table of today. Raises ``ValueError`` without the marks."""
    before, rest = text.split(BEGIN, maxsplit=1)
    _, after = rest.split(END, maxsplit=1)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _row(provider: Provider) -> str:
    can = provider.capabilities
    cells = (
        f"[{provider.name}]({provider.slug}.md)",
        "phone" if provider.kind == ProviderKind.RELAY else "consent",
        f"{provider.status.value}{_successor(provider)}",
        grades.grade_of(provider.slug).value,
        _brings(can),
        "all" if can.history_days is None else f"{can.history_days} days",
        _news(provider),
    )
    return f"| {' | '.join(cells)} |"


def _successor(provider: Provider) -> str:
    return f", then {provider.successor}" if provider.successor else ""


def _brings(can: Capabilities) -> str:
    more = [word for word, has in (("hours", can.hourly), ("trackers", can.devices)) if has]
    return ", ".join(["days", *more])


def _news(provider: Provider) -> str:
    if provider.kind == ProviderKind.RELAY:
        return "by upload"
    by_webhook, by_poll = provider.capabilities.webhooks, provider.capabilities.polls
    ways = [word for word, has in (("webhook", by_webhook), ("poll", by_poll)) if has]
    return f"by {' and '.join(ways)}"
