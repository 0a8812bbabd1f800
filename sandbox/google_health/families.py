"""Data source families: which sources a caller wants counted."""

from sandbox.google_health.errors import bad_argument
from sandbox.points import FAMILIES

PREFIX = "users/me/dataSourceFamilies/"


def family(name: str) -> str:
    """The family of a full resource name; empty means everything. Short forms are refused."""
    if not name:
        return "all-sources"
    short = name.removeprefix(PREFIX)
    if short == name or short not in FAMILIES:
        raise bad_argument(
            "Data family is missing or is not supported.",
            field="data_source_family",
            reason="INVALID_DATA_POINT_DATA_SOURCE_FAMILY",
        )
    return short
