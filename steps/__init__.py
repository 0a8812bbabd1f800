"""The ledger: what each source reported for which window, and the merged local days."""
