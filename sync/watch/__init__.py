"""Keeps an eye on Stepwell for whoever runs it: alarms, what failed for good, queues, recovery."""
