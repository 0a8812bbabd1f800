"""Webhooks of providers: taken in, kept durably, worked on afterwards."""
