"""Polar: a token that lasts, and hints that are signed with a secret of their own."""

from tests.contract.stand import RoomStand, Trouble, Verdict

CONSENTS = Verdict("provider_consent_incomplete", "needs_reconnect")


class STAND(RoomStand):
    def __init__(self, sandbox):
        super().__init__(
            sandbox,
            slug="polar",
            segment="polar",
            refreshes=False,
            verdicts={
                Trouble.FORBIDDEN: CONSENTS,
                Trouble.SCOPE_GONE: CONSENTS,
                Trouble.EMPTY: None,  # no answer at all is Polar's way to say that there is no data
            },
        )

    def settings(self):
        return super().settings() | {"webhook_secret": "sandbox-webhook-secret"}

    def deliver(self, email, days, *, times=1):
        return self.post(email, days, times=times)

    def forge(self, email, days):
        return self.post(email, days, forged=True)
