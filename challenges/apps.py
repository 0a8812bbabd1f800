"""The challenges room as a Django app."""

from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    """Default configuration."""

    name = "challenges"
