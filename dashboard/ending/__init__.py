"""Pages about the end of a challenge: what is open, the result, exports, the audit trail."""
