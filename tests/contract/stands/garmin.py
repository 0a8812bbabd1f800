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
        return self.post(email, days, tail=f"/{PATH}", times=times)

    def forge(self, email, days):
        return self.post(email, days, tail=f"/{PATH}", client_id="somebody-else")
