"""A whole season through the ledger, held against a scorer that shares no code with the product."""
