"""Google's error answers: the canonical JSON of google.rpc, and HTML where no route exists."""

from typing import Any

import msgspec
from werkzeug.wrappers import Response

HEALTH = "health.googleapis.com"
GOOGLE = "googleapis.com"
STATUSES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
NOT_FOUND_PAGE = (
    "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n"
    "<p><b>404.</b> <ins>That's an error.</ins>\n"
    "<p>The requested URL was not found on this server. <ins>That's all we know.</ins>\n"
)


class ApiError(Exception):
    """An answer that is an error. `status` is the canonical code, `reason` the ErrorInfo's."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: str | None = None,
        reason: str | None = None,
        domain: str = HEALTH,
        metadata: dict[str, str] | None = None,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUSES.get(code, "INVALID_ARGUMENT")
        self.reason = reason
        self.domain = domain
        self.metadata = metadata
        self.field = field
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The error as JSON."""
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": self.status,
        }
        details = self._details()
        if details:
            error["details"] = details
        return {"error": error}

    def _details(self) -> list[dict[str, Any]]:
        details: list[dict[str, Any]] = []
        if self.reason:
            info: dict[str, Any] = {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": self.reason,
                "domain": self.domain,
            }
            if self.metadata:
                info["metadata"] = self.metadata
            details.append(info)
        if self.field is not None:
            violation = {"field": self.field, "description": self.message}
            details.append(
                {
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": [violation],
                }
            )
        return details

    def response(self) -> Response:
        """The error as an HTTP answer."""
        answer = json_response(self.body(), status=self.code)
        answer.headers.update(self.headers)
        return answer


def json_response(body: Any, *, status: int = 200) -> Response:
    """A JSON answer the way Google labels it."""
    return Response(
        msgspec.json.encode(body), status=status, content_type="application/json; charset=UTF-8"
    )


def no_such_page() -> Response:
    """Google's HTML 404, given before anybody looks at the token."""
    return Response(NOT_FOUND_PAGE, status=404, mimetype="text/html")


def unauthenticated() -> ApiError:
    """401 for a token that is unknown, expired or revoked."""
    return ApiError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login"
        " cookie or other valid authentication credential.",
        headers={
            "WWW-Authenticate": (
                'Bearer realm="https://accounts.google.com/", error="invalid_token"'
            )
        },
    )


def credentials_missing() -> ApiError:
    """401 for a request without a bearer token."""
    return ApiError(
        401,
        "Request is missing required authentication credential. Expected OAuth 2 access token,"
        " login cookie or other valid authentication credential.",
        reason="CREDENTIALS_MISSING",
        domain=GOOGLE,
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
    )


def scope_missing(reason: str) -> ApiError:
    """403 for a token without the scope the call needs."""
    domain = GOOGLE if reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT" else HEALTH
    return ApiError(
        403,
        "Request had insufficient authentication scopes.",
        reason=reason,
        domain=domain,
        metadata={"service": HEALTH},
    )


def service_disabled() -> ApiError:
    """403 for a project that has the API switched off: the operator's mistake."""
    return ApiError(
        403,
        "Google Health API has not been used in project 1234567890 before or it is disabled.",
        reason="SERVICE_DISABLED",
        domain=GOOGLE,
        metadata={"service": HEALTH, "consumer": "projects/1234567890"},
    )


def quota_exceeded(headers: dict[str, str]) -> ApiError:
    """429."""
    return ApiError(
        429,
        "Quota exceeded.",
        reason="RATE_LIMIT_EXCEEDED",
        domain=GOOGLE,
        metadata={"service": HEALTH},
        headers=headers,
    )


def server_error(code: int) -> ApiError:
    """500, 502, 503 or 504."""
    messages = {
        500: "Internal error encountered.",
        502: "Bad gateway.",
        503: "The service is currently unavailable.",
        504: "Deadline expired before operation could complete.",
    }
    return ApiError(code, messages[code])


def account_error(state: str) -> ApiError:
    """What an account that is not "ok" gets on every call."""
    if state == "not_linked":
        return ApiError(
            400,
            "The account is not linked to Google Health.",
            status="FAILED_PRECONDITION",
            reason="ACCOUNT_NOT_LINKED",
            metadata={"redirect_uri": "https://fitbit.google.com/auth/signup"},
        )
    if state == "no_profile":
        return ApiError(412, "Precondition check failed.", status="FAILED_PRECONDITION")
    if state == "legacy":
        return ApiError(403, "Failed to get UberMint from GaiaMint.")
    return ApiError(
        403,
        "The caller does not have permission to access the requested resource.",
        reason="RESOURCE_PERMISSION_DENIED",
    )


def bad_argument(
    message: str, *, field: str, reason: str | None = None, metadata: dict[str, str] | None = None
) -> ApiError:
    """400 about one field of the request."""
    return ApiError(400, message, field=field, reason=reason, metadata=metadata)
