"""Addresses that mails lead to, outside of the API."""

from django.urls import path

from notifications import api

urlpatterns = [path("unsubscribe/<str:token>", api.unsubscribe, name="unsubscribe")]
