"""Browser routes of the consent walk, mounted under ``/oauth/``."""

from django.urls import path

from sync import callback

urlpatterns = [
    path("done", callback.landed, name="oauth-done"),
    path("<str:provider>/callback", callback.callback, name="oauth-callback"),
]
