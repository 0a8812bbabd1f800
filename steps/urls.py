"""Routes of the steps room, mounted under ``/api/v1/``."""

from django.urls import path

from steps import api, reports_api

urlpatterns = [
    path("steps", api.StepsView.as_view(), name="steps"),
    path("steps/<str:day>", api.DayView.as_view(), name="steps-day"),
    path("reports/<str:report_id>", reports_api.ReportView.as_view(), name="report"),
    path("sources", api.SourcesView.as_view(), name="sources"),
]
