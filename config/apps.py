"""Registers the system checks of the whole house."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The composition root as a Django app: it has checks, no tables."""

    name = "config"

    def ready(self) -> None:
        """Import the checks so that ``manage.py check`` runs them."""
        from config import checks  # noqa: F401 - registers on import
