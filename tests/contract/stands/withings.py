"""Withings: errors inside a success, rotating tokens, and unsigned notices to secret addresses."""

from tests.contract.stand import RoomStand, Trouble, Verdict


class STAND(RoomStand):
    def __init__(self, sandbox):
        super().__init__(
            sandbox,
            slug="withings",
            segment="withings",
            data_target="measure",
            verdicts={
                Trouble.SCOPE_GONE: None,  # said with the same number as any other refusal
                Trouble.LIMITED: Verdict("provider_rate_limited_app"),
            },
        )

    def settings(self):
        return super().settings() | {
            "authorize_url": f"{self.room}/oauth2_user/authorize2",
            "token_url": f"{self.room}/v2/oauth2",
        }

    def deliver(self, email, days, *, times=1):
        return self._notify(email, days, times=times)

    def forge(self, email, days):
        return self._notify(email, days, forged=True)

    def _notify(self, email, days, **how):
        sent = self.sandbox.control(
            "POST", "rooms/withings/notify", email=email, days=days, redeliver=False, **how
        )
        return sent["statuses"]
