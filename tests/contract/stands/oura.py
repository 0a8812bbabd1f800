"""Oura: rotating tokens, pages, hints without a day, and a membership that may lapse."""

from tests.contract.stand import RoomStand, Trouble, Verdict


class STAND(RoomStand):
    def __init__(self, sandbox):
        super().__init__(
            sandbox,
            slug="oura",
            segment="oura",
            verdicts={Trouble.FORBIDDEN: Verdict("provider_subscription_lapsed")},
        )

    def deliver(self, email, days, *, times=1):
        return self.post(email, days, times=times)

    def forge(self, email, days):
        return self.post(email, days, forged=True)
