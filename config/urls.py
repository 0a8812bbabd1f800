"""Every address of the house."""

from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import health
from config.metrics.views import metrics

api_v1 = [
    path("", include("steps.urls")),
    path("", include("challenges.urls")),
    path("", include("notifications.urls")),
    path("", include("sync.urls")),
]

urlpatterns = [
    path("", RedirectView.as_view(url="/dashboard/"), name="home"),
    path("api/v1/", include(api_v1)),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("_allauth/", include("allauth.headless.urls")),
    path("accounts/", include("allauth.urls")),
    path("oauth/", include("sync.callback_urls")),
    path("webhooks/", include("sync.webhooks.urls")),
    path("notifications/", include("notifications.mail_urls")),
    path("join/", include("dashboard.invitations.urls")),
    path("dashboard", RedirectView.as_view(url="/dashboard/")),
    path("dashboard/", include("dashboard.urls")),
    path("operations/", include("dashboard.operations.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]

handler404 = "config.pages.not_found"
handler500 = "config.pages.server_error"
