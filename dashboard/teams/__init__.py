"""Pages about teams and about single participants of a challenge."""
