"""What is counted about webhooks, for /metrics."""

from integrations import tallies


def called(provider: str, outcome: str) -> None:
    """Count a request by its outcome: taken, or why not."""
    tallies.count("webhook_calls", provider, outcome)


def noticed(provider: str, kind: str, outcome: str, number: int = 1) -> None:
    """Count entries of webhooks by their kind and what became of them."""
    tallies.count("webhook_notices", provider, kind, outcome, by=number)
