"""The demo as a Django app: a management command, no tables. Installed only when DEMO=1."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Default configuration."""

    name = "demo"
