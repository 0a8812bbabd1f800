"""Oura: the consent page, the token endpoint, the API v2, and its webhooks."""
