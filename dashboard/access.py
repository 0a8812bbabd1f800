"""Who may open which page: HR staff read, HR managers also change, within their organization."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers

from users.models import User


class StaffRequest(HttpRequest):
    """A request of somebody who may open the dashboard."""

    user: User


View = Callable[..., HttpResponse]


def is_partial(request: HttpRequest) -> bool:
    """Return whether a page in the browser asked for a part of itself."""
    return request.headers.get("HX-Request") == "true"


def guarded_by(refusal: Callable[[HttpRequest], HttpResponse | None]) -> Callable[[View], View]:
    """Make a decorator: ``refusal`` answers who may not come in, and is None for who may."""

    def decorate(view: View) -> View:
        @never_cache
        @vary_on_headers("HX-Request")
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refused = refusal(request)
            if refused is not None:
                return refused
            return view(cast("StaffRequest", request), *args, **kwargs)

        return guarded

    return decorate


def staff_only(view: View) -> View:
    """Let HR staff in; others are sent to sign in, or told that this is not for them."""
    return guarded_by(_not_staff)(view)


def _not_staff(request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        overview = reverse("dashboard:overview")
        return to_sign_in(request, overview if is_partial(request) else request.get_full_path())
    if not request.user.is_hr:
        return render(request, "dashboard/for_staff.html", status=403)
    return None


def managers_only(view: View) -> View:
    """Let HR managers in; HR viewers read that they may look only."""

    @staff_only
    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_hr_manager:
            return render(request, "dashboard/for_managers.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


def to_sign_in(request: HttpRequest, back_to: str) -> HttpResponse:
    """A part of a page cannot show a sign-in form: the browser is told to leave the page."""
    page = redirect_to_login(back_to)
    if not is_partial(request):
        return page
    answer = HttpResponse(status=401)
    answer["HX-Redirect"] = page.url
    return answer


def part_of(page: str) -> Callable[[View], View]:
    """Serve a part to the page it belongs to; opened by itself it leads to that page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_partial(request):
                return view(request, *args, **kwargs)
            query = request.GET.urlencode()
            address = reverse(page, args=args, kwargs=kwargs)
            return redirect(f"{address}?{query}" if query else address)

        return guarded

    return decorate
