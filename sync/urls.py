"""Routes of the sync room, mounted under ``/api/v1/``."""

from django.urls import path

from sync import api, installations_api, people_api, relay_api
from sync.relay_adapters import views as adapters

_SDK = "relay/open-wearables/api/v1"

urlpatterns = [
    path("me", people_api.MeOnBoardsView.as_view(), name="me"),
    path("me/export", people_api.ExportsView.as_view(), name="exports"),
    path("me/export/<str:export_id>", people_api.ExportView.as_view(), name="export"),
    path("providers", api.ProvidersView.as_view(), name="providers"),
    path("connections", api.ConnectionsView.as_view(), name="connections"),
    path("connections/<str:connection_id>", api.ConnectionView.as_view(), name="connection"),
    path(
        "connections/<str:connection_id>/installations",
        installations_api.InstallationsView.as_view(),
    ),
    path(
        "connections/<str:connection_id>/installations/<str:installation_id>",
        installations_api.InstallationView.as_view(),
    ),
    path("connections/<str:connection_id>/disconnect", api.DisconnectView.as_view()),
    path("connections/<str:connection_id>/reconnect", api.ReconnectView.as_view()),
    path("connections/<str:connection_id>/syncs", api.ConnectionSyncsView.as_view()),
    path("sync-requests", api.SyncRequestsView.as_view(), name="sync-requests"),
    path("sync-requests/<str:request_id>", api.SyncRequestView.as_view(), name="sync-request"),
    path("challenges/<str:challenge_id>/sync", api.ChallengeSyncView.as_view()),
    path("sources/order", api.SourceOrderView.as_view(), name="sources-order"),
    path("sources/<str:source_id>", api.SourceView.as_view(), name="source"),
    path("relay/uploads", relay_api.UploadView.as_view(), name="relay-uploads"),
    path("relay/status", relay_api.StatusView.as_view(), name="relay-status"),
    path("relay/plan", relay_api.PlanView.as_view(), name="relay-plan"),
    path("relay/health-auto-export", adapters.HealthAutoExportView.as_view()),
    path("relay/hc-webhook", adapters.HcWebhookView.as_view()),
    path("relay/shortcut", adapters.ShortcutView.as_view()),
    path(f"{_SDK}/sdk/users/<str:user_id>/sync", adapters.OpenWearablesView.as_view()),
    path(f"{_SDK}/sdk/users/<str:user_id>/sync/apple", adapters.OlderOpenWearablesView.as_view()),
    path(
        f"{_SDK}/sdk/users/<str:user_id>/sync/apple/healthion",
        adapters.OlderOpenWearablesView.as_view(),
    ),
    path(f"{_SDK}/sdk/users/<str:user_id>/logs", adapters.OpenWearablesLogsView.as_view()),
    path(f"{_SDK}/token/refresh", adapters.OpenWearablesTokenView.as_view()),
]
