"""Where providers call, mounted under ``/webhooks/``."""

from django.urls import path

from sync.webhooks import views

urlpatterns = [
    path("<str:provider>", views.webhook, name="webhook"),
    path("<str:provider>/<path:tail>", views.webhook, name="webhook-tail"),
]
