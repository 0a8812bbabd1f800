"""Google's error answers, one line each."""

import pytest

from integrations.errors import NeedsReconnect, ProviderGone, RateLimited, Rejected
from integrations.providers.fitbit.failures import classify


def error(reason=None, message="", **extra):
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest"}, info] if reason else []
    return {"error": {"message": message, "details": details} | extra}


@pytest.mark.parametrize(
    ("status", "body", "kind", "cause"),
    [
        (400, error("ACCOUNT_NOT_LINKED"), NeedsReconnect, "account_not_linked"),
        (412, error(), NeedsReconnect, "account_profile_missing"),
        (412, None, NeedsReconnect, "account_profile_missing"),
        (403, error("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), NeedsReconnect, "scope_missing"),
        (403, error("MISSING_OAUTH_SCOPE"), NeedsReconnect, "scope_missing"),
        (403, error("RESOURCE_PERMISSION_DENIED"), NeedsReconnect, "access_denied_everywhere"),
        (403, error("SERVICE_DISABLED"), Rejected, "app_misconfigured"),
        (403, error("USER_PROJECT_DENIED"), Rejected, "app_misconfigured"),
        (401, error("CREDENTIALS_MISSING"), Rejected, "app_misconfigured"),
        (403, error("RATE_LIMIT_EXCEEDED"), RateLimited, "provider_rate_limited_user"),
        (
            403,
            error(message="Cannot create UberMint from GaiaMint"),
            NeedsReconnect,
            "reconsent_required_migration",
        ),
        (410, None, ProviderGone, "provider_retired"),
    ],
)
def test_a_reason_becomes_a_word(status, body, kind, cause):
    failure = classify(status, body, {})
    assert type(failure) is kind
    assert failure.cause == cause


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, error("INVALID_ROLLUP_QUERY_DURATION")),
        (400, error("SOMETHING_NEW")),
        (401, error()),
        (403, error(message="The caller does not have permission")),
        (404, None),
        (429, error("RATE_LIMIT_EXCEEDED")),
        (500, error("ACCOUNT_NOT_LINKED")),
        (503, None),
    ],
)
def test_the_rest_is_left_to_the_status(status, body):
    assert classify(status, body, {}) is None


@pytest.mark.parametrize(
    "body",
    [
        None, [], "text", 5, {"error": None}, {"error": "no"}, {"error": {"details": {}}},
        {"error": {"details": [None, 5, {"reason": 5}, {"reason": None}]}},
    ],
)  # fmt: skip
def test_an_error_of_any_shape_is_survived(body):
    assert classify(403, body, {}) is None
