"""Watchers: each looks for one kind of news and tells it; looking again tells nothing twice."""
