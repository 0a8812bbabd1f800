"""The address that Prometheus reads."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST

from config.metrics.collecting import exposition


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer ``Authorization: Bearer <METRICS_TOKEN>``; without a token nobody."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, expected):
        return HttpResponse(status=404)
    return HttpResponse(exposition(now=timezone.now()), content_type=CONTENT_TYPE_LATEST)
