"""The steps room as a Django app."""

from django.apps import AppConfig


class StepsConfig(AppConfig):
    """Default configuration."""

    name = "steps"
