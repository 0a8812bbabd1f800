"""Fitbit: the sandbox's Google Health."""

from tests.contract.stand import RoomStand

SECRET = "Bearer sandbox-webhook-secret"


class STAND(RoomStand):
    def __init__(self, sandbox):
        super().__init__(
            sandbox,
            slug="fitbit",
            segment="google",
            data_target="dailyRollUp",
            required_scopes=("activity_and_fitness.readonly",),
            optional_scopes=("settings.readonly",),
        )

    def settings(self):
        return super().settings() | {
            "authorize_url": f"{self.room}/o/oauth2/v2/auth",
            "token_url": f"{self.room}/token",
            "revoke_url": f"{self.room}/revoke",
            "webhook_secret": SECRET,
            "webhook_keyset_url": (
                f"{self.room}/googlehealthapi/webhooks/webhooks_public_keyset.json"
            ),
        }

    def deliver(self, email, days, *, times=1):
        return self._post(email, days, times=times)

    def forge(self, email, days):
        return self._post(email, days, forged=True)

    def _post(self, email, days, **how):
        wanted = {"email": email, "url": self.webhook_url, "secret": SECRET, "days": list(days)}
        return self.sandbox.control("POST", "rooms/google/post", **wanted, **how)["statuses"]
