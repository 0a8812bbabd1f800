"""Addresses of the operations pages."""

from django.urls import path

from dashboard.operations import views

app_name = "operations"

urlpatterns = [
    path("", views.now, name="now"),
    path("now/", views.parts, name="parts"),
    path("dead-letters/<str:kind>/", views.replay_all, name="replay-all"),
    path("dead-letters/<str:kind>/<str:subject>/", views.replay, name="replay"),
    path("providers/<str:provider>/<str:word>/", views.order, name="order"),
]
