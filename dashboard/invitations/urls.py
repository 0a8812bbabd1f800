"""Where invitations lead, see ``challenges.invitations.address``."""

from django.urls import path

from dashboard.invitations import views

urlpatterns = [path("<str:invite>", views.invitation, name="invitation")]
