"""Lets phone apps that exist today push steps: their formats, their answers, the same ledger."""
