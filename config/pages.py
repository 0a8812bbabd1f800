"""What Django answers when nothing matches or something breaks: a page, or a problem."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.problems import is_api, plain_problem


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer 404, to people with a page that leads back."""
    if is_api(request):
        return plain_problem(404)
    return render(request, "pages/not_found.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database."""
    if is_api(request):
        return plain_problem(500)
    return render(request, "pages/server_error.html", status=500)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer 403 to a form without its token: sent by another site, or opened too long ago."""
    if is_api(request):
        return plain_problem(403)
    return render(request, "pages/form_refused.html", status=403)
