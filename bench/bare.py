"""What any authenticated request costs here before it does anything."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sync.relay_auth import RelayAuthentication
from sync.relay_body import RawBody

GET_PATH = "bench/get"
POST_PATH = "bench/post"


class BareGet(APIView):
    """A signed-in person's read of nothing."""

    def get(self, request: Request) -> Response:  # noqa: ARG002 - Django's signature
        """Answer an empty object."""
        return Response({})


class BarePost(APIView):
    """A phone's upload that is read from the socket and dropped."""

    authentication_classes = (RelayAuthentication,)
    parser_classes = (RawBody,)

    def post(self, request: Request) -> Response:
        """Answer how many bytes came."""
        return Response({"bytes": len(request.data)})
