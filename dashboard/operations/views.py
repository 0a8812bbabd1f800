"""The pages: what is going on, and the few things an operator can order."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dashboard.access import StaffRequest, part_of
from dashboard.operations import reading
from dashboard.operations.access import operators_only
from integrations import breakers
from integrations.models import Breaker
from sync.watch import dead_letters, recovery
from sync.watch.complaints import name_of

log = logging.getLogger(__name__)


def _page(request: StaffRequest, template: str) -> HttpResponse:
    now = timezone.now()
    shown = {"now": now, "zone": request.user.zone, "organization": request.user.organization}
    return render(request, template, shown | reading.everything(now))


@require_safe
@operators_only
def now(request: StaffRequest) -> HttpResponse:
    """Show how everything does."""
    return _page(request, "operations/now.html")


@require_safe
@operators_only
@part_of("operations:now")
def parts(request: StaffRequest) -> HttpResponse:
    """Refresh the page."""
    return _page(request, "operations/parts/now.html")


@require_POST
@operators_only
def replay(request: StaffRequest, kind: str, subject: str) -> HttpResponse:
    """Have a dead letter tried again."""
    try:
        dead_letters.replay(kind=kind, subject=subject, now=timezone.now())
    except dead_letters.UnknownLetter:
        messages.error(request, "That is no dead letter any more.")
    else:
        _log(request, "replay", f"{kind} {subject}")
        messages.success(request, "It is tried again now.")
    return redirect("operations:now")


@require_POST
@operators_only
def replay_all(request: StaffRequest, kind: str) -> HttpResponse:
    """Have all dead letters of a kind tried again."""
    if kind not in dead_letters.KINDS:
        raise Http404
    count = dead_letters.replay_all(kind=kind, now=timezone.now())
    _log(request, "replay_all", kind)
    messages.success(request, f"{count} tried again now.")
    return redirect("operations:now")


@require_POST
@operators_only
def order(request: StaffRequest, provider: str, word: str) -> HttpResponse:
    """Have a provider asked again, its refusals believed, or everybody brought back to it."""
    if word not in ORDERS or not Breaker.objects.filter(provider=provider).exists():
        raise Http404
    carry_out, said = ORDERS[word]
    carry_out(provider, timezone.now())
    _log(request, word, provider)
    messages.success(request, said.format(name=name_of(provider)))
    return redirect("operations:now")


def _log(request: StaffRequest, action: str, subject: str) -> None:
    extra = {"action": f"operator_{action}", "operator": request.user.pk, "subject": subject}
    log.warning("an operator has ordered something", extra=extra)


def _ask_again(provider: str, moment: datetime) -> None:
    breakers.reopen(provider=provider, now=moment)


def _believe(provider: str, moment: datetime) -> None:
    breakers.believe(provider=provider, now=moment)


def _bring_back(provider: str, moment: datetime) -> None:
    recovery.bring_back(provider=provider, now=moment)


ORDERS: dict[str, tuple[Callable[[str, datetime], None], str]] = {
    "ask": (_ask_again, "{name} is asked again from now on."),
    "believe": (_believe, "For a day {name} is believed when it says that a consent is gone."),
    "bring-back": (_bring_back, "Everybody who used {name} goes on with it."),
}
