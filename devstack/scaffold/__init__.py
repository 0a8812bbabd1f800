"""Starts a provider: its folder, its stand-in, its stand, its page and its settings."""
