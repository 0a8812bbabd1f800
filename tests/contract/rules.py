"""One check per rule of the grade card; each says whether a provider keeps the rule."""

import json

from integrations.abilities import HearsWebhooks, Leaves
from integrations.contract import ProviderConfig, ProviderKind
from tests.contract.conftest import stand_of
from tests.contract.folders import ROOT, fixtures_of, page_of, prefix_of

NOTHING_SET = ProviderConfig(client_id="", client_secret="", values={})
OPEN_DAYS = 30


def is_phone(provider):
    return provider.kind == ProviderKind.RELAY


def recorded(provider):
    return [json.loads(path.read_text()) for path in fixtures_of(provider)]


def contract(provider):
    return is_phone(provider) or stand_of(provider.slug)(None).slug == provider.slug


def page(provider):
    return page_of(provider).exists()


def settings(provider):
    example = (ROOT / ".env.example").read_text()
    return is_phone(provider) or f"{prefix_of(provider)}CLIENT_ID=" in example


def has_recorded(provider):
    return any("days" in each for each in recorded(provider))


def own_words(provider):
    return any(each.get("failure") not in (None, "BadPayload") for each in recorded(provider))


def broken_answers(provider):
    return any(each.get("failure") == "BadPayload" for each in recorded(provider))


def quotas(provider):
    return bool(provider.capabilities.quotas)


def leaving(provider):
    """A phone is told by the answer to its next upload."""
    if is_phone(provider) or isinstance(provider, Leaves):
        return True
    return provider.endpoints(NOTHING_SET).revoke_url is not None


def missing_steps(provider):
    return "\n## When steps are missing\n" in page_of(provider).read_text()


def hours(provider):
    return provider.capabilities.hourly


def trackers(provider):
    return provider.capabilities.devices


def history(provider):
    days = provider.capabilities.history_days
    return days is None or days >= OPEN_DAYS


def zone(provider):
    """Every upload of a phone carries its zone."""
    return is_phone(provider) or any(each.get("timezone") for each in recorded(provider))


def at_once(provider):
    if is_phone(provider):
        return True
    return provider.capabilities.webhooks and isinstance(provider, HearsWebhooks)


def proved_live(provider):
    """The page names the day and what was seen."""
    return "\n## Seen at the real service\n" in page_of(provider).read_text()


CHECKS = {
    "contract": contract,
    "page": page,
    "settings": settings,
    "recorded": has_recorded,
    "own_words": own_words,
    "broken_answers": broken_answers,
    "quotas": quotas,
    "leaving": leaving,
    "missing_steps": missing_steps,
    "hours": hours,
    "trackers": trackers,
    "history": history,
    "zone": zone,
    "at_once": at_once,
    "proved_live": proved_live,
}
