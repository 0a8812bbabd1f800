"""How everything has to end: every step once in the ledger and on the board, nobody cut off."""

import requests


def settled(walker, account, challenge) -> bool:
    """Whether ledger and board say what the provider says, no run is open and nobody was lost."""
    try:
        truth = account.truth()
        return (
            walker.steps() == truth
            and walker.score(challenge) == sum(truth.values())
            and walker.connection()["status"] == "active"
            and not open_runs(walker)
        )
    except requests.RequestException:
        return False  # whoever was killed is not back yet


def open_runs(walker) -> list[dict]:
    return [run for run in runs(walker) if run["finished_at"] is None]


def runs(walker) -> list[dict]:
    return walker.get(f"connections/{walker.connection()['id']}/syncs")["results"]


def has_ended(walker, tap) -> bool:
    try:
        return walker.get(f"sync-requests/{tap['id']}")["status"] != "running"
    except requests.RequestException:
        return False
