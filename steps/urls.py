"""Routes of the steps room, mounted under ``/api/v1/``."""

from django.urls import path

from steps import api

urlpatterns = [
    path("steps", api.StepsView.as_view(), name="steps"),
    path("steps/<str:day>", api.DayView.as_view(), name="steps-day"),
    path("sources", api.SourcesView.as_view(), name="sources"),
]
