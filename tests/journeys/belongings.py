"""Everything of a person's that has an id, by the name the API's routes give it."""

from tests.journeys.people import Walker

# Placeholders that name nobody's property. Into ``user_id`` the Open Wearables SDK writes what it
# likes: whose steps they are is decided by the relay token alone. An invitation is for whoever
# has it.
NOBODYS = {"day", "provider", "user_id", "invite"}
WHEELED = {"kind": "wheelchair_pushes", "amount": 10}
ABSENT = "00000000-0000-4000-8000-000000000000"


def belongings(walker: Walker, challenge: dict[str, str]) -> dict[str, str]:
    """Return an id for every placeholder; what the person does not have gets an absent one."""
    export = walker.ask("POST", "me/export")
    return {
        "challenge_id": challenge["id"],
        "connection_id": _first(walker, "connections"),
        "installation_id": _phone(walker),
        "request_id": walker.tap()["id"],
        "source_id": _first(walker, "sources"),
        "report_id": _report(walker),
        "user_id": "anybody",
        "team_id": ABSENT,
        "invite": ABSENT,
        "participant_id": "1",
        "activity_id": walker.post("activities", date=walker.today.isoformat(), **WHEELED)["id"],
        "device_id": walker.post("me/push-devices", platform="ios", address=walker.email)["id"],
        "export_id": export.json()["id"] if export.ok else ABSENT,
        "day": walker.today.isoformat(),
        "provider": "fitbit",
    }


def _phone(walker: Walker) -> str:
    connections = [each["id"] for each in walker.get("connections")["results"]]
    found = [walker.get(f"connections/{each}/installations")["results"] for each in connections]
    return next((phone["id"] for phones in found for phone in phones), ABSENT)


def _report(walker: Walker) -> str:
    history = walker.get(f"steps/{walker.today}")["history"]
    return next((change["report_id"] for change in history if change["report_id"]), ABSENT)


def _first(walker: Walker, kind: str) -> str:
    rows = walker.get(kind)["results"]
    return rows[0]["id"] if rows else ABSENT
