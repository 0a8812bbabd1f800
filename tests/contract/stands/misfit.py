"""Misfit: tokens that cannot be refreshed, and notices that come through Amazon SNS."""

from django.conf import settings

from tests.contract.stand import RoomStand, Trouble, Verdict

TOPIC = "arn:aws:sns:us-east-1:111122223333:resource-example"


class STAND(RoomStand):
    def __init__(self, sandbox):
        super().__init__(
            sandbox,
            slug="misfit",
            segment="misfit",
            data_target="summary",
            refreshes=False,
            verdicts={
                Trouble.SCOPE_GONE: None,  # scopes are a placeholder here
                Trouble.HTML: Verdict("provider_retired", "retired"),
            },
        )

    def settings(self):
        return super().settings() | {
            "authorize_url": f"{self.room}/auth/dialog/authorize",
            "token_url": f"{self.room}/auth/tokens/exchange",
            "topic_arns": TOPIC,
            "sns_url": f"{self.room}/sns",
        }

    def trouble(self, kind):
        """A refusal that names no time, so that the account is asked again once all is well."""
        self.sandbox.control("PUT", "knobs?room=misfit", rate_reset="missing")
        super().trouble(kind)

    def deliver(self, email, days, *, times=1):
        return self._notify(email, times=times)

    def forge(self, email, days):
        return self._notify(email, signature="wrong")

    def _notify(self, email, **how):
        self.sandbox.control("PUT", "rooms/misfit/hook", url=f"{settings.BASE_URL}/webhooks/misfit")
        sent = self.sandbox.control(
            "POST", "rooms/misfit/notify", emails=[email], topic=TOPIC, redeliver=False, **how
        )
        return sent["statuses"]
