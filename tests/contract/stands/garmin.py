"""Garmin: nothing is polled; days come by push, or by a ping that says where they lie."""

from tests.contract.stand import RoomStand

PATH = "a-long-and-random-path"


class STAND(RoomStand):
    def __init__(self, sandbox):
        super().__init__(
            sandbox,
            slug="garmin",
            segment="garmin",
            data_target="dailies",
            required_scopes=("HEALTH_EXPORT",),
            optional_scopes=("HISTORICAL_DATA_EXPORT",),
        )

    def settings(self):
        return super().settings() | {"webhook_path": PATH}

    def deliver(self, email, days, *, times=1):
        return self._post(email, days, times=times)

    def forge(self, email, days):
        return self._post(email, days, client_id="somebody-else")

    def _post(self, email, days, **how):
        url = f"{self.webhook_url}/{PATH}"
        sent = self.sandbox.control(
            "POST", "rooms/garmin/post", email=email, url=url, days=list(days), **how
        )
        return sent["statuses"]
