"""``var/demo.json``: addresses and ready-to-use logins for whoever tries the demo."""

from typing import Any

from demo import cast, private_json
from demo.crowd import everybody
from demo.places import Places
from demo.visitor import sign_in
from users.models import Organization

LOGINS = {
    "hr": cast.HR_MANAGER,
    "operator": cast.OPERATOR,
    "participant": cast.TOURIST,
    "stranger": cast.STRANGER,
}


def tells_of_loaded_demo(places: Places) -> bool:
    """Whether an earlier load came to its end and its company is still in the database."""
    told = private_json.read(places.keys).get("company") or {}
    known = {str(pk) for pk in Organization.objects.values_list("pk", flat=True)}
    return told.get("id") in known


def write(places: Places, company: Organization) -> None:
    """Sign them in and write the file, last of all: it says that the load was complete."""
    logins = everybody(LOGINS.values(), lambda email: _login(places, email))
    content: dict[str, Any] = {
        "base_url": places.base_url,
        "dashboard_url": f"{places.base_url}/dashboard/",
        "sandbox_url": places.sandbox_url,
        "docs_url": f"{places.base_url}/api/docs",
        "company": {"id": str(company.pk), "name": company.name},
        **dict(zip(LOGINS, logins, strict=True)),
    }
    private_json.write(places.keys, content)


def _login(places: Places, email: str) -> dict[str, str]:
    visitor = sign_in(base_url=places.base_url, email=email, password=cast.PASSWORD)
    return {"email": email, "password": cast.PASSWORD, "access_token": visitor.token}
