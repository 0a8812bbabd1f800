"""Our webhook subscriber at Google: one per project, made and watched by operators.

Source: developers.google.com/health, reference of ``projects.subscribers``. Paths want the
project's number; with its id Google answers 403 or 400. A new subscriber is verified at once by
two calls to its address, so the web process has to be reachable from outside.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, ValidationError, convert

from integrations.contract import ProviderConfig
from integrations.errors import BadPayload, ProviderFailure, Rejected
from integrations.http import HttpClient
from integrations.providers.fitbit import service_account

USUAL_ID = "stepwell-steps"
STEPS = "steps"
MASK = "endpointUri,endpointAuthorization,subscriberConfigs"
MOST_PAGES = 20


class AlreadyThere(Rejected):
    """There is a subscriber with this id already."""


class Config(Struct, rename="camel"):
    """Which data types a subscriber is told of."""

    data_types: list[str] = []


class Subscriber(Struct, rename="camel"):
    """A subscriber as Google describes it; ``state`` should be ``ACTIVE``."""

    name: str = ""
    endpoint_uri: str = ""
    state: str = "STATE_UNSPECIFIED"
    subscriber_configs: list[Config] = []

    @property
    def id(self) -> str:
        """The last part of the name."""
        return self.name.rpartition("/")[2]


class _Page(Struct, rename="camel"):
    subscribers: list[Subscriber] = []
    next_page_token: str = ""


class Subscribers:
    """The subscribers of one project. Every method raises ``integrations.errors``."""

    def __init__(self, http: HttpClient, number: str) -> None:
        self._http = http
        self._path = f"/v4/projects/{number}/subscribers"

    def all(self) -> list[Subscriber]:
        """Every subscriber."""
        found: list[Subscriber] = []
        params = {"pageSize": "100"}
        for _ in range(MOST_PAGES):
            page = _typed(self._http.get(self._path, params), _Page)
            found += page.subscribers
            if not page.next_page_token:
                return found
            params["pageToken"] = page.next_page_token
        raise BadPayload("the pages do not end")

    def keep(self, subscriber_id: str, *, url: str, secret: str) -> bool:
        """Make the subscriber, or bring it up to date; True when it is new.

        Google verifies the address and the secret before it answers.
        """
        body = {
            "endpointUri": url,
            "subscriberConfigs": [{"dataTypes": [STEPS], "subscriptionCreatePolicy": "AUTOMATIC"}],
            "endpointAuthorization": {"secret": secret},
        }
        try:
            params = {"subscriberId": subscriber_id}
            _check(self._http.ask("POST", self._path, params=params, json=body))
        except AlreadyThere:
            path = f"{self._path}/{subscriber_id}"
            _check(self._http.ask("PATCH", path, params={"updateMask": MASK}, json=body))
            return False
        return True

    def delete(self, subscriber_id: str) -> None:
        """End the subscriber with all that hangs on it."""
        path = f"{self._path}/{subscriber_id}"
        _check(self._http.ask("DELETE", path, params={"force": "true"}))


def open_for(
    config: ProviderConfig, api_url: str, *, now: datetime, clock: Callable[[], datetime]
) -> Subscribers:
    """The project's subscribers, with a token of our service account.

    Raises ``Rejected`` where the settings are missing or name the project's id.
    """
    number = config.values.get("project_number", "")
    if not re.fullmatch(r"[0-9]{4,20}", number):
        raise Rejected("PROJECT_NUMBER must be the number of the Google project, not its id")
    account = service_account.load(config.values.get("service_account_file", ""))
    token = service_account.access_token(account, now=now)
    http = HttpClient(base_url=api_url, access_token=token, classify=_classify, clock=clock)
    return Subscribers(http, number)


def trouble(found: list[Subscriber], url: str) -> str:
    """What is wrong with the subscriber of ``url``; empty when it is told of steps."""
    ours = next((each for each in found if each.endpoint_uri == url), None)
    if ours is None:
        return f"no subscriber sends to {url}"
    if ours.state != "ACTIVE":
        return f"the subscriber {ours.id} is {ours.state}"
    if not any(STEPS in config.data_types for config in ours.subscriber_configs):
        return f"the subscriber {ours.id} is not told of steps"
    return ""


def _classify(status: int, body: object, headers: Mapping[str, str]) -> ProviderFailure | None:
    """What the statuses mean here: all of them are an operator's to mend."""
    del body, headers
    named = {
        400: "refused: the project number is wrong, or the address failed Google's verification",
        403: "refused: the service account may not, or the project's id was given for its number",
        404: "there is no such subscriber",
    }
    if status == 409:
        return AlreadyThere("there is a subscriber of this id")
    return Rejected(f"answered {status}, {named[status]}") if status in named else None


def _check(answer: object) -> None:
    """Read an ``Operation``, or the bare subscriber or nothing in its place."""
    if isinstance(answer, dict) and answer.get("error"):
        raise Rejected("the operation failed at Google; was the address verified?")


def _typed(body: dict[str, Any], shape: type[_Page]) -> _Page:
    try:
        return convert(body, shape)
    except ValidationError as error:
        raise BadPayload(f"unexpected answer: {error}") from None
