"""Gives the database connection back to the pool before waiting for somebody else."""

from django.db import connection


def release() -> None:
    """Return this thread's connection to the pool unless a transaction is open."""
    if not connection.in_atomic_block:
        connection.close()
