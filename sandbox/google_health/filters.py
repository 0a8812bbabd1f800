"""The AIP-160 subset the API takes: `>=` and `<` on the start time, joined by AND."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.google_health.errors import ApiError, bad_argument
from sandbox.knobs import Knobs
from sandbox.points import Point
from sandbox.zones import civil

REASON = "INVALID_DATA_POINT_FILTER"
RESTRICTION = re.compile(
    r'^\s*(?P<member>[A-Za-z_][\w.]*)\s*(?P<sign>>=|<=|!=|>|<|=|:)\s*"(?P<value>[^"]*)"\s*$'
)
PHYSICAL = "steps.interval.start_time"
CIVIL = "steps.interval.civil_start_time"
CIVIL_VALUE = re.compile(r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2})?$")
PHYSICAL_VALUE = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$")


@dataclass(frozen=True, kw_only=True)
class Restriction:
    """One comparison. `moment` is UTC for the physical member, without a zone for the civil."""

    member: str
    sign: str
    moment: datetime

    def lets(self, point: Point) -> bool:
        """Whether a point passes."""
        if self.member == CIVIL:
            start = civil(point.start, point.start_offset)
        else:
            start = datetime.fromtimestamp(point.start, UTC)
        return start >= self.moment if self.sign == ">=" else start < self.moment


def parsed(text: str, knobs: Knobs) -> list[Restriction]:
    """The filter's restrictions. Raises ApiError with every detailed reason that applies."""
    if not text.strip():
        return []
    parts = re.split(r"\s+AND\s+", text.strip())
    matches = [RESTRICTION.match(part) for part in parts]
    found = [match for match in matches if match]
    if len(found) < len(parts):
        raise _refused(["EXPRESSION_STRUCTURE"], text, knobs)
    reasons = [reason for reason, wrong in CHECKS if wrong(found)]
    if reasons:
        raise _refused(reasons, text, knobs)
    restrictions = [_restriction(match, knobs) for match in found]
    _check_order(restrictions)
    return restrictions


def _refused(reasons: list[str], text: str, knobs: Knobs) -> ApiError:
    detailed = ",".join(f"{REASON}_{reason}" for reason in reasons)
    message = f"Invalid data point filter: {detailed}."
    if knobs.filter_error_detail == "reason":
        return bad_argument(message, field="filter", reason=f"{REASON}_{reasons[0]}")
    return bad_argument(
        f"{message} Filter: {text[:200]}",
        field="filter",
        reason=REASON,
        metadata={"detailedReasons": detailed},
    )


Matches = list[re.Match[str]]


def _other_type(found: Matches) -> bool:
    return any(match["member"].split(".")[0] != "steps" for match in found)


def _unknown_member(found: Matches) -> bool:
    return any(
        match["member"].startswith("steps.") and match["member"] not in (PHYSICAL, CIVIL)
        for match in found
    )


def _mixed(found: Matches) -> bool:
    return {PHYSICAL, CIVIL} <= {match["member"] for match in found}


def _comparator(found: Matches) -> bool:
    return any(match["sign"] not in (">=", "<") for match in found)


def _repeated(found: Matches) -> bool:
    bounds = [(match["member"], match["sign"]) for match in found]
    return len(set(bounds)) < len(bounds)


CHECKS: list[tuple[str, Callable[[Matches], bool]]] = [
    ("COLLECTION_MISMATCH", _other_type),
    ("DATA_TYPE_MEMBER", _unknown_member),
    ("MIXED_TIME_RESTRICTIONS", _mixed),
    ("RESTRICTION_COMPARATOR", _comparator),
    ("DATA_TYPE_RESTRICTION", _repeated),
]


def _restriction(match: re.Match[str], knobs: Knobs) -> Restriction:
    pattern = CIVIL_VALUE if match["member"] == CIVIL else PHYSICAL_VALUE
    try:
        moment = datetime.fromisoformat(match["value"] if pattern.match(match["value"]) else "")
        if match["member"] == PHYSICAL:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refused(["DATA_TYPE_RESTRICTION"], match["value"], knobs) from None
    return Restriction(member=match["member"], sign=match["sign"], moment=moment)


def _check_order(restrictions: list[Restriction]) -> None:
    bounds = {one.sign: one.moment for one in restrictions}
    if ">=" in bounds and "<" in bounds and bounds[">="] >= bounds["<"]:
        raise bad_argument(
            "The start of the time range must be before its end.",
            field="filter",
            reason="INVALID_TIME_RANGE",
        )
