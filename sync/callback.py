"""Where the browser comes back from a provider's consent page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from integrations import connections
from integrations.connections import ConnectRefused
from integrations.registry import UnknownProvider
from sync import accounts, return_to


class LandingRedirect(HttpResponseRedirect):
    """A redirect that may also go to an app's own scheme; the address was checked before."""

    def __init__(self, location: str) -> None:
        self.allowed_schemes = ["https", "http", location.partition(":")[0]]
        super().__init__(location)


@require_GET
@never_cache
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Finish a connection: state, PKCE, granted scopes, identity; then start reading at once."""
    now = timezone.now()
    try:
        done = connections.complete_oauth(
            provider_slug=provider,
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            error=request.GET.get("error", ""),
            scope=request.GET.get("scope", ""),
            now=now,
        )
    except UnknownProvider as error:
        raise Http404 from error
    except ConnectRefused as refused:
        return LandingRedirect(
            return_to.with_result(_landing(refused.return_to), error=refused.code)
        )
    accounts.start_polling(connection=done.connection, now=now)
    return LandingRedirect(return_to.with_result(_landing(done.return_to), result="connected"))


def _landing(address: str | None) -> str:
    return address or f"{settings.BASE_URL}{return_to.DEFAULT}"


@require_GET
@never_cache
def landed(request: HttpRequest) -> HttpResponse:
    """A page for browsers that came without an app to go back to."""
    error = request.GET.get("error", "")
    return render(request, "pages/connected.html", {"error": error}, status=400 if error else 200)
