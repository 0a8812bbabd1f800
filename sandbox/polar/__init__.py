"""Polar: the consent page, the token endpoint, AccessLink v3, and its webhook."""
