"""The sync room as a Django app."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """Default configuration."""

    name = "sync"
