"""Garmin: the consent page, the token endpoint, the Health API, and what it sends."""
