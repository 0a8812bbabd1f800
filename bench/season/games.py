"""The challenges of a season: what the product is told, and what the other scorer is told."""

from datetime import UTC, date, datetime
from typing import Any

FIRST, LAST = date(2026, 10, 1), date(2026, 11, 29)
ZONES = [
    "Europe/Berlin",  # 25 October 2026 has 25 hours
    "America/New_York",  # so has 1 November
    "Australia/Lord_Howe",  # 4 October has 23 and a half
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kolkata",
    "UTC",
]
PLANNED = datetime(2026, 9, 1, tzinfo=UTC)
# The last day is over in the last zone (UTC-12) at noon of the next one; grace is two days.
END = datetime(2026, 12, 2, 12, tzinfo=UTC)
# By name: fields of the challenge, and fields of the scorer's rules.
GAMES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "steps": (
        {
            "daily_cap": 20_000,
            "minimum_day": 1000,
            "manual_policy": "limit",
            "manual_limit": 2000,
            "team_rules": {"mode": "average_with_data", "moved_steps": "stay"},
        },
        {
            "cap": 20_000,
            "least": 1000,
            "typed": "limit",
            "typed_most": 2000,
            "teams": "average_with_data",
            "past_stays": True,
        },
    ),
    "streak": (
        {
            "kind": "daily_goal",
            "settings": {"goal": 8000, "count": "streak"},
            "manual_policy": "label",
            "late_joiners": "from_joining",
            "team_rules": {"mode": "average_all"},
        },
        {
            "kind": "daily_goal",
            "target": 8000,
            "best_streak": True,
            "typed": "label",
            "from_joining": True,
            "teams": "average_all",
        },
    ),
    "target": (
        {
            "kind": "personal_total",
            "settings": {"target": 250_000, "rank_by": "when"},
            "team_rules": {"mode": "best", "number": 3},
        },
        {"kind": "total", "target": 250_000, "teams": "best", "teams_number": 3},
    ),
    "journey": (
        {
            "kind": "journey",
            "settings": {"length": 200_000, "stride_cm": 74},
            "daily_cap": 15_000,
            "late_joiners": "from_joining",
            "team_rules": {"mode": "fixed_divisor", "number": 4, "moved_steps": "stay"},
        },
        {
            "kind": "way",
            "target": 200_000,
            "stride": 74,
            "cap": 15_000,
            "from_joining": True,
            "teams": "fixed_divisor",
            "teams_number": 4,
            "past_stays": True,
        },
    ),
}
