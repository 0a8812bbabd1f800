"""The dashboard room as a Django app."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Default configuration."""

    name = "dashboard"
