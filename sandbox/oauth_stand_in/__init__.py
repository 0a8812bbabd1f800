"""The OAuth 2.0 code flow for rooms whose provider does nothing special with it.

A room describes its provider's habits in a `Dialect` and its knobs (a struct derived from
`OAuthKnobs`), puts `consent.authorize`, `token_endpoint.token` and `token_endpoint.revoke` behind
its own addresses, and asks `issuing.holder` whose access token it was shown. `room.py` exports
`LOGIN = issuing.login_of(DIALECT)` and `KNOBS`, so that the control API works for the room:

    POST /control/people/{email}/consent  {"room": "acme"}
    PUT  /control/knobs?room=acme         {"refresh_tokens": "rotated"}

The room's client comes from SANDBOX_ACME_CLIENT_ID, _CLIENT_SECRET and _REDIRECT_URIS. Everybody
in the sandbox has an account in each room (`accounts`); codes, tokens and clients of different
rooms never mix.
"""
