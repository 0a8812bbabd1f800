"""Where providers call: every webhook is answered here, in milliseconds and never with a 500."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from integrations import registry
from integrations.abilities import Heard, HearsWebhooks, WebhookCall, WebhookRefused
from integrations.errors import ProviderFailure
from integrations.public_documents import documents_of
from sync import dispatch
from sync.webhooks import inbox, metrics
from users.problems import ProblemError, problem_response

log = logging.getLogger(__name__)
_WOKEN = "webhook-inbox-woken"


@dataclass(frozen=True)
class _Turned(Exception):
    """The call ends here: with which status, and which word it is counted under."""

    status: int
    code: str


@csrf_exempt
@never_cache
def webhook(request: HttpRequest, provider: str, tail: str = "") -> HttpResponse:
    """Authenticate by the provider's rules, store what was said, then answer as it expects."""
    hears = _hearer(provider)
    try:
        heard = _taken(provider, hears, _call(request, tail))
    except _Turned as turned:
        return _refusal(provider, turned)
    metrics.called(provider, "taken")
    content_type = heard.content_type or "application/octet-stream"
    answer = HttpResponse(heard.body, status=heard.status, content_type=content_type)
    if not heard.body:
        del answer["Content-Type"]
    return answer


def _hearer(slug: str) -> HearsWebhooks:
    try:
        provider = registry.get(slug)
    except registry.UnknownProvider as error:
        raise Http404 from error
    if not isinstance(provider, HearsWebhooks):
        raise Http404
    return provider


def _call(request: HttpRequest, tail: str) -> WebhookCall:
    return WebhookCall(
        method=request.method or "",
        tail=tail,
        query=request.GET.dict(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_body(request),
        received_at=timezone.now(),
    )


def _body(request: HttpRequest) -> bytes:
    """The raw bytes, also of a body that is sent in chunks, which Django takes for an empty one."""
    limit = settings.WEBHOOK_MAX_BODY_BYTES
    environ = request.META
    chunked = not environ.get("CONTENT_LENGTH") and environ.get("wsgi.input_terminated")
    try:
        body: bytes = (environ["wsgi.input"] if chunked else request).read(limit + 1)
    except (UnreadablePostError, OSError) as error:
        raise _Turned(400, "cut_off") from error
    if len(body) > limit:
        raise _Turned(413, "too_large")
    return body


def _taken(slug: str, hears: HearsWebhooks, call: WebhookCall) -> Heard:
    heard = _heard(slug, hears, call)
    if heard.notices:
        _stored(slug, heard, call)
    return heard


def _heard(slug: str, hears: HearsWebhooks, call: WebhookCall) -> Heard:
    """Let the provider judge. A bug in that is ours to see and no reason for a 500."""
    try:
        return hears.hear(call, registry.config_of(slug), documents_of(call.received_at))
    except WebhookRefused as refused:
        raise _Turned(refused.status, refused.code) from refused
    except ProviderFailure as failure:  # what is needed to judge cannot be had: come again
        raise _Turned(503, failure.cause) from failure
    except Exception as error:
        log.exception("webhook unreadable", extra={"action": "webhook_bug", "provider": slug})
        raise _Turned(400, "unreadable") from error


def _stored(slug: str, heard: Heard, call: WebhookCall) -> None:
    try:
        counted = inbox.store(provider=slug, notices=heard.notices, now=call.received_at)
    except DatabaseError as error:
        log.exception("webhook not stored", extra={"action": "webhook_lost", "provider": slug})
        raise _Turned(503, "not_stored") from error
    except (ValueError, TypeError) as error:
        log.exception("webhook unreadable", extra={"action": "webhook_bug", "provider": slug})
        raise _Turned(400, "unreadable") from error
    for (kind, outcome), number in counted.items():
        metrics.noticed(slug, kind, outcome, number)
    seconds = inbox.GATHERING.total_seconds()
    if cache.add(_WOKEN, "1", timeout=int(seconds)):
        dispatch.wake_inbox(seconds=seconds)


def _refusal(slug: str, turned: _Turned) -> HttpResponse:
    metrics.called(slug, turned.code)
    named = {"action": "webhook_refused", "provider": slug, "code": turned.code}
    log.warning("webhook refused", extra=named)
    answer = problem_response(ProblemError(turned.status, turned.code, "Not taken."))
    if turned.status == 503:
        answer["Retry-After"] = "60"
    return answer
