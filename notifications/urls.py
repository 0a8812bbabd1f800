"""Routes of the notifications room, mounted under ``/api/v1/``."""

from django.urls import path

from notifications import api

urlpatterns = [
    path("me/notifications", api.NotificationsView.as_view(), name="notifications"),
    path("me/notifications/read", api.ReadNotificationsView.as_view(), name="notifications-read"),
    path("me/notification-settings", api.WishesView.as_view(), name="notification-settings"),
    path("me/push-devices", api.DevicesView.as_view(), name="push-devices"),
    path("me/push-devices/<uuid:device_id>", api.DeviceView.as_view(), name="push-device"),
    path("challenges/<str:challenge_id>/feed", api.FeedView.as_view(), name="challenge-feed"),
    path("challenges/<str:challenge_id>/badges", api.BadgesView.as_view(), name="challenge-badges"),
]
