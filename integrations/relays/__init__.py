"""Reads what phone apps that exist today send, each in its own format. Pure."""
