"""The outside world: provider contract, HTTP, OAuth, tokens, connections. Never meets steps."""
