"""One folder per provider, found by discovery (see ``integrations.registry``)."""
