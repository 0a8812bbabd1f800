"""Operators only. To everybody else, HR included, there are no such pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dashboard.access import View, guarded_by, to_sign_in


def operators_only(view: View) -> View:
    """Let operators in; others are sent to sign in, or find nothing."""
    return guarded_by(_no_operator)(view)


def _no_operator(request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return to_sign_in(request, reverse("operations:now"))
    if not request.user.is_staff:
        raise Http404
    return None
