"""The answers foreign apps expect, and words for the person who reads them."""

from typing import Any

from sync.relay_adapters.taking import Outcome

_ADVICE = {
    "misconfigured_grouping": (
        "Nothing was counted, because the steps came second by second. In this automation turn on "
        '"Summarize Data" and set "Time Grouping" to "Hours".'
    )
}
_MOST_NAMED = 100


def outcome(found: Outcome) -> dict[str, Any]:
    """The full answer: what was stored, what not and why, and the days as they stand now."""
    return {
        "stored": found.accepted + found.unchanged,
        "changed": found.accepted,
        "rejected": [
            {"list": each.list, "index": each.index, "code": each.code, "detail": each.detail}
            for each in found.rejected[:_MOST_NAMED]
        ],
        "days": list(found.days),
        "message": message(found),
    }


def message(found: Outcome) -> str:
    """One or two plain sentences."""
    if found.cause:
        return _ADVICE[found.cause]
    said = [_days_in_words(found)]
    if found.rejected:
        details = dict.fromkeys(each.detail.rstrip(".") for each in found.rejected[:3])
        said.append(f"{len(found.rejected)} not taken: {'; '.join(details)}.")
    return " ".join(said)


def _days_in_words(found: Outcome) -> str:
    if not found.days:
        return "Nothing about steps was stored."
    counted = [f"{day['date']}: {day['steps'] or 0:,} steps" for day in found.days[-7:]]
    return f"Stored. {', '.join(counted)}."


def open_wearables(text: str, user_id: str) -> dict[str, Any]:
    """The shape the Open Wearables SDK reads."""
    return {"status_code": 202, "response": text, "user_id": user_id}
