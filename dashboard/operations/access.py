"""Operators only. To everybody else, HR included, there are no such pages."""

from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers

from dashboard.access import StaffRequest, View, is_partial


def operators_only(view: View) -> View:
    """Let operators in; others are sent to sign in, or find nothing."""

    @never_cache
    @vary_on_headers("HX-Request")
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not request.user.is_staff:
            raise Http404
        return view(cast("StaffRequest", request), *args, **kwargs)

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    page = redirect_to_login(reverse("operations:now"))
    if not is_partial(request):
        return page
    answer = HttpResponse(status=401)
    answer["HX-Redirect"] = page.url
    return answer
