"""The users room as a Django app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """Default configuration."""

    name = "users"
