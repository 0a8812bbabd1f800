"""The page that an invitation to a team leads to; for everybody, on a phone or a desktop."""
