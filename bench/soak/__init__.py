"""A trial by fire: failing providers and killed processes, then every row compared."""
