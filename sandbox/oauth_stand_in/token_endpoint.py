"""The token and revocation endpoints (RFC 6749, RFC 7636, RFC 7009)."""

from collections.abc import Mapping

from werkzeug.wrappers import Request, Response

from sandbox.clients import Client
from sandbox.grants import Token
from sandbox.oauth_stand_in.dialect import Dialect, Issued, Refusal, json_response
from sandbox.oauth_stand_in.issuing import bearer, issue, issue_for, knobs_of
from sandbox.world import World


def fields_of(request: Request) -> Mapping[str, str]:
    """What a token request says, as a form or as a JSON object."""
    if not request.is_json:
        return request.form
    body = request.get_json(silent=True)
    return {str(key): str(value) for key, value in body.items()} if isinstance(body, dict) else {}


def token(world: World, dialect: Dialect, request: Request) -> Response:
    """POST: exchange a code, or refresh."""
    try:
        return json_response(dialect.token_answer(_granted(world, dialect, request)))
    except Refusal as refused:
        return dialect.refusal(refused)


def _granted(world: World, dialect: Dialect, request: Request) -> Issued:
    fields = fields_of(request)
    acts = {"authorization_code": _exchange}
    if knobs_of(world, dialect).refresh_tokens != "none":
        acts["refresh_token"] = _refresh
    act = acts.get(fields.get("grant_type", ""))
    if act is None:
        raise Refusal("unsupported_grant_type", "the grant type is not offered")
    return act(world, dialect, _client(world, dialect, request, fields), fields)


def _client(world: World, dialect: Dialect, request: Request, fields: Mapping[str, str]) -> Client:
    """The client that shows its secret, in the body or in a Basic header."""
    way = knobs_of(world, dialect).client_auth
    basic = request.authorization if way != "body" else None
    body = fields if way != "basic" else {}
    client_id = body.get("client_id") or (basic.username if basic else None) or ""
    secret = body.get("client_secret") or (basic.password if basic else None) or ""
    client = world.clients_of(dialect.room).get(client_id)
    if client is None or not client.has_secret(secret):
        raise Refusal("invalid_client", "unknown client or wrong secret", status=401)
    return client


def _exchange(world: World, dialect: Dialect, client: Client, fields: Mapping[str, str]) -> Issued:
    grants = world.grants_of(dialect.room)
    code = grants.code(fields.get("code", ""))
    if code is None:
        raise Refusal("invalid_grant", "unknown code")
    if code.expires_at <= world.clock.timestamp():
        raise Refusal("invalid_grant", "expired code")
    if code.client_id != client.client_id or fields.get("redirect_uri") != code.redirect_uri:
        raise Refusal("invalid_grant", "other client or redirect_uri")
    if not code.is_proved_by(fields.get("code_verifier", "")):
        raise Refusal("invalid_grant", "wrong code verifier")
    if not grants.use_code(code.code):
        raise Refusal("invalid_grant", "used code")
    return issue(world, dialect, email=code.email, client_id=client.client_id, scopes=code.scopes)


def _refresh(world: World, dialect: Dialect, client: Client, fields: Mapping[str, str]) -> Issued:
    grants, knobs = world.grants_of(dialect.room), knobs_of(world, dialect)
    now = world.clock.timestamp()
    held = grants.token(fields.get("refresh_token", ""))
    if held is None or held.kind != "refresh" or not held.works_at(now):
        raise Refusal("invalid_grant", "dead refresh token")
    if held.client_id != client.client_id:
        raise Refusal("invalid_grant", "refresh token of another client")
    if knobs.refresh_tokens == "rotated":
        return _rotated(world, dialect, held)
    return issue_for(world, dialect, held.grant_id, held.email, held.scopes, refreshable=False)


def _rotated(world: World, dialect: Dialect, held: Token) -> Issued:
    """A new pair; the old refresh token dies, at once or after its grace."""
    grants, knobs = world.grants_of(dialect.room), knobs_of(world, dialect)
    grace = knobs.old_refresh_token_seconds
    with world.store.transaction():
        if not grace and not grants.end_token(held.token):
            raise Refusal("invalid_grant", "dead refresh token")
        if grace:
            grants.let_run_out(held.token, world.clock.timestamp() + grace)
        return issue_for(world, dialect, held.grant_id, held.email, held.scopes, refreshable=True)


def revoke(world: World, dialect: Dialect, request: Request) -> Response:
    """POST: either token of a grant ends the whole grant; a dead one is a 400."""
    grants = world.grants_of(dialect.room)
    held = grants.token(fields_of(request).get("token", ""))
    if held is None or not held.works_at(world.clock.timestamp()):
        return dialect.refusal(Refusal("invalid_token", "token expired or revoked"))
    grants.end_grant(held.grant_id)
    return Response(status=200)


def caller(world: World, dialect: Dialect, request: Request) -> str | None:
    """Whose account a request of the room is about, whether or not it will succeed."""
    grants, fields = world.grants_of(dialect.room), fields_of(request)
    code = grants.code(fields.get("code", ""))
    if code is not None:
        return code.email
    shown = fields.get("refresh_token") or fields.get("token") or bearer(request)
    held = grants.token(shown)
    return held.email if held else fields.get("account")
