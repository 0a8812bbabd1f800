"""Who lives in the demo: a fictitious outdoor shop, and a bakery next door. Pure data."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from demo.people_table import BAKERY_ROWS, ROWS

# Everybody's password. It is printed, and the accounts only exist where the demo was loaded.
PASSWORD = "walk-the-demo-2026"  # noqa: S105
COMPANY, COMPANY_DOMAIN = "Quillhaven Outdoor", "quillhaven.example"
BAKERY, BAKERY_DOMAIN = "Marrowfield Bakery", "marrowfield.example"
HR_MANAGER = f"hannah.brandt@{COMPANY_DOMAIN}"
HR_VIEWER = f"seun.adeyemi@{COMPANY_DOMAIN}"
# Sees the operations pages; to everybody else a colleague like any other.
OPERATOR = f"jonas.weidner@{COMPANY_DOMAIN}"
# The tour connects this one by hand, so the loader never does.
TOURIST = f"mila.sommer@{COMPANY_DOMAIN}"
STRANGER = f"sam.castellano@{BAKERY_DOMAIN}"

ZONES = {
    "Berlin": "Europe/Berlin",
    "London": "Europe/London",
    "New York": "America/New_York",
    "Tokyo": "Asia/Tokyo",
}
TEAMS = (
    "Alpine Ibexes",
    "Boot Camp",
    "Compass Roses",
    "Early Larks",
    "Gravel Gang",
    "Long Way Home",
    "Night Owls",
    "Tent Pegs",
)


class Tracker(StrEnum):
    """What counts a person's steps."""

    FITBIT = "fitbit"
    GARMIN = "garmin"
    MISFIT = "misfit"
    OURA = "oura"
    POLAR = "polar"
    WITHINGS = "withings"
    PHONE = "healthkit"
    NONE = ""


# Connected in a browser, at a provider who takes newcomers.
CLOUDS = {Tracker.FITBIT, Tracker.GARMIN, Tracker.OURA, Tracker.POLAR, Tracker.WITHINGS}


class Trouble(StrEnum):
    """What is wrong with somebody's chain from the wrist to the board."""

    NONE = ""
    CONSENT_REVOKED = "revoked"
    REFUSED_AT_CONNECT = "refused"
    ACCOUNT_UNLINKED = "unlinked"
    DEVICES_NOT_ALLOWED = "no_devices"
    TRACKER_SILENT = "silent"
    BATTERY_EMPTY = "empty"
    DENIED_EVERYWHERE = "all_403"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, kw_only=True)
class Persona:
    """One person of the demo; ``daily`` is about how many steps a usual day has."""

    name: str
    email: str
    site: str
    department: str
    daily: int
    tracker: Tracker
    trouble: Trouble

    @property
    def zone(self) -> str:
        """The IANA zone of the person's site."""
        return ZONES[self.site]


def company() -> list[Persona]:
    """Return everybody of the company, in a fixed order."""
    return [_persona(row, COMPANY_DOMAIN) for row in ROWS]


def bakery() -> list[Persona]:
    """Return the few people of the other organization."""
    return [_persona(row, BAKERY_DOMAIN) for row in BAKERY_ROWS]


def _persona(row: str, domain: str) -> Persona:
    name, site, department, daily, tracker, trouble = (part.strip() for part in row.split("|"))
    return Persona(
        name=name,
        email=f"{_mailbox(name)}@{domain}",
        site=site,
        department=department,
        daily=int(daily),
        tracker=Tracker(tracker),
        trouble=Trouble(trouble),
    )


def _mailbox(name: str) -> str:
    """Make ``zoe.lefevre`` of ``Zoé Lefèvre``."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ł", "l"))
    letters = plain.encode("ascii", "ignore").decode().lower()
    return letters.replace(" ", ".").replace("'", "")
