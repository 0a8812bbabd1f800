"""The relay token as the Open Wearables SDK sends it."""

from rest_framework.request import Request

from sync.relay_auth import RelayAuthentication, RelayScheme

API_KEY = "X-Open-Wearables-API-Key"


class OpenWearablesAuthentication(RelayAuthentication):
    """The SDK may put the token into a header of its own."""

    def token_in(self, request: Request) -> str:
        """Return the token the request carries, or an empty text."""
        return request.headers.get(API_KEY, "").strip() or super().token_in(request)


class OpenWearablesScheme(RelayScheme):  # type: ignore[no-untyped-call]
    """Describes the same token for the SDK's addresses."""

    target_class = OpenWearablesAuthentication
    name = "relayOpenWearables"
    priority = 1
