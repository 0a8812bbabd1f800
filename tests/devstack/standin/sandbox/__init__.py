"""Stands in for the sandbox."""
