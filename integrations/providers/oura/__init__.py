"""Oura rings through the Oura API, v2."""
