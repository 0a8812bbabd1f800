"""The lines of a result over HTTP, for whoever wants to check its fingerprint."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges.answers import Answer
from challenges.api import INVALID, NOT_FOUND
from challenges.lookups import challenge_or_404
from challenges.models import Result
from challenges.result_lines import Published, published
from challenges.standings import BOARD_NAMES
from users.authentication import person_of
from users.bodies import checked
from users.problems import ProblemError

MOST_PLACES = 2**31 - 1


class LinesQuery(serializers.Serializer[Any]):
    """Query of the lines; without an edition those of the result that holds."""

    board = serializers.ChoiceField(BOARD_NAMES, default="people")
    edition = serializers.IntegerField(min_value=1, max_value=32_767, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=500, default=100)
    cursor = serializers.IntegerField(min_value=0, max_value=MOST_PLACES, default=0)


class LineAnswer(Answer):
    """What goes into the digest of a line, beside board and place."""

    seal = serializers.CharField()
    member = serializers.CharField()
    rank = serializers.IntegerField()
    score = serializers.IntegerField()
    tiebreak = serializers.IntegerField()
    steps = serializers.IntegerField()
    name = serializers.CharField()


FIELDS: tuple[str, ...] = tuple(LineAnswer().fields)


class PublishedAnswer(Answer):
    """A line; of people who are hidden only the digest is published."""

    place = serializers.IntegerField()
    digest = serializers.CharField()
    line = LineAnswer(allow_null=True)
    shown_as = serializers.CharField(allow_null=True)
    is_me = serializers.BooleanField()


class LinesAnswer(Answer):
    """A page of a board of the result, by place."""

    edition = serializers.IntegerField()
    fingerprint = serializers.CharField()
    board = serializers.CharField()
    results = PublishedAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class ResultLinesView(APIView):
    """The lines of what was frozen."""

    @extend_schema(
        operation_id="challenge_result_lines",
        parameters=[LinesQuery],
        responses={200: LinesAnswer, 400: INVALID, 404: NOT_FOUND},
    )
    def get(self, request: Request, challenge_id: str) -> Response:
        """Return lines of the result with their digests, of which the fingerprint is made."""
        person = person_of(request)
        challenge = challenge_or_404(person, challenge_id)
        query = checked(LinesQuery(data=request.query_params))
        wanted = {"edition": query["edition"]} if "edition" in query else {"superseded_at": None}
        result = Result.objects.filter(challenge=challenge, **wanted).first()
        if result is None:
            raise ProblemError(404, "not_final", "There is no such result of this challenge.")
        lines, goes_on = published(
            result, query["board"], person, after=query["cursor"], limit=query["limit"]
        )
        body = {
            "edition": result.edition,
            "fingerprint": result.fingerprint,
            "board": query["board"],
            "results": [_body(each) for each in lines],
            "next": None if goes_on is None else str(goes_on),
        }
        return Response(body)


def _body(line: Published) -> dict[str, Any]:
    content = {field: getattr(line.line, field) for field in FIELDS} if line.line else None
    return {
        "place": line.place,
        "digest": line.digest,
        "line": content,
        "shown_as": line.shown_as,
        "is_me": line.is_me,
    }
